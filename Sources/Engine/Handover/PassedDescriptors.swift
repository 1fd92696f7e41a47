// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// The descriptors that this process was started with beside the standard three (sd_listen_fds(3)).
package final class PassedDescriptors {
    /// Numbers by name, in the order in which they were passed.
    private var numbers: [(name: String, number: Int32)] = []

    private static let first: Int32 = 3
    /// How a process tells the program that it becomes: its number, a name, and numbers: `4711:sterna-7:9,12,13`.
    static let own = "STERNA_PASSED"
    /// What the environment of another process must not be told.
    static let variables: Set = [own, "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
    /// What a descriptor without a name is called.
    private static let unnamed = "unknown"

    /// Takes over what the environment tells of; nothing where it tells of another process.
    package init(environment: [String: String], process: Int32) {
        if let own = environment[Self.own] { take(own: own, process) }
        guard environment["LISTEN_PID"] == "\(process)",
            let count = environment["LISTEN_FDS"].flatMap(Int32.init), (1...65_536).contains(count)
        else { return }
        let names = environment["LISTEN_FDNAMES"].map { $0.split(separator: ":", omittingEmptySubsequences: false) }
        for index in 0..<count {
            let name = names.flatMap { Int(index) < $0.count ? String($0[Int(index)]) : nil }
            let number = Self.first + index
            // One that is not there was promised in vain.
            guard linux_set_inheritable(number, 0) == 0, linux_set_unblocking(number) == 0 else { continue }
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
        where number >= Self.first && linux_set_inheritable(number, 0) == 0 {
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
