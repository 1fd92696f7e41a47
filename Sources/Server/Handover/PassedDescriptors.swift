// SPDX-License-Identifier: Apache-2.0
internal import CSystemd
package import Engine
internal import Glibc

/// The descriptors that this process was started with beside the standard three (sd_listen_fds_with_names(3)).
package final class PassedDescriptors {
    /// Numbers by name, in the order in which they were passed.
    private var numbers: [(name: String, number: Int32)] = []

    private static let first: Int32 = 3
    /// What a descriptor without a name is called.
    private static let unnamed = "unknown"

    /// Takes over what the environment of this process tells of; nothing where it tells of another one.
    package init(environment: [String: String], process: Int32) {
        if let own = environment[Program.passing] { take(own: own, process) }
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        // Safe: the call makes the list, as long as it answers, and leaves it to the caller.
        let count = unsafe sd_listen_fds_with_names(0, &names)
        defer { unsafe free(names) }
        for index in 0..<max(0, count) {
            var name: String?
            if let text = unsafe names?[Int(index)] {
                name = unsafe String(cString: text)
                unsafe free(text)
            }
            let number = Self.first + index
            // A supervisor may pass sockets that wait.
            _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
            numbers.append((name ?? Self.unnamed, number))
        }
    }

    /// Takes over descriptors of this process itself.
    package init(_ numbers: [Int32], named name: String) {
        self.numbers = numbers.map { (name, $0) }
    }

    /// Takes over another one.
    package func add(_ number: Int32, named name: String) { numbers.append((name, number)) }

    private func take(own text: String, _ process: Int32) {
        let words = text.split(separator: ":", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "\(process)" else { return }
        for number in words[2].split(separator: ",").compactMap({ Int32($0) })
        where number >= Self.first && fcntl(number, F_SETFD, FD_CLOEXEC) == 0 {
            numbers.append((String(words[1]), number))
        }
    }

    deinit { for (_, number) in numbers { _ = Descriptor(owning: number) } }

    /// The names that there are, each once.
    package var names: Set<String> { Set(numbers.map(\.name)) }

    /// The numbers under a name; they stay here.
    package func numbers(named name: String) -> [Int32] { numbers.filter { $0.name == name }.map(\.number) }

    /// Takes one out.
    package func take(_ number: Int32) -> Descriptor? {
        guard let index = numbers.firstIndex(where: { $0.number == number }) else { return nil }
        return Descriptor(owning: numbers.remove(at: index).number)
    }

    /// Takes out everything under a name.
    package func take(named name: String) -> [Int32] {
        let taken = numbers(named: name)
        numbers.removeAll { $0.name == name }
        return taken
    }
}
