// SPDX-License-Identifier: Apache-2.0
internal import CLinux
internal import Glibc

/// The program that this process runs, by its place: what lies there later may be a newer one.
package struct Program: Sendable {
    package let path: String
    private let arguments: [String]

    /// How a process tells the program that it becomes what it has for it: its number, a name, and numbers of
    /// descriptors: `4711:sterna-7:9,12,13`.
    package static let passing = "STERNA_PASSED"
    /// What the environment of another process must not be told.
    private static let own: Set = [passing, "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]

    /// The number of this process.
    package static var process: Int32 { getpid() }

    /// - Parameter arguments: As the process was started with, its name first.
    package init(arguments: [String]) {
        self.arguments = arguments
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        // Safe: the kernel writes no further than the count, and the last byte stays zero.
        let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count - 1)
        path = count > 0 ? String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
    }

    /// Whether what lies in the place is a program that starts at all: it is asked for its version.
    package func starts() -> Bool {
        // Safe: the path and both words live through the call.
        unsafe path.withCString { unsafe linux_try($0, "version", 5000) == 0 }
    }

    /// Becomes what lies in the place, under the same number, with descriptors that it finds by ``passing``.
    ///
    /// - Returns: Why that is not possible; then nothing has changed.
    package func become(passing numbers: [Int32], named name: String, environment: [String: String]) -> Errno {
        var environment = environment.filter { !Self.own.contains($0.key) }
        let list = numbers.map(String.init).joined(separator: ",")
        environment[Self.passing] = "\(Self.process):\(name):\(list)"
        for number in numbers { _ = linux_set_inheritable(number, 1) }
        let words = unsafe Self.strings(arguments)
        let variables = unsafe Self.strings(environment.map { "\($0.key)=\($0.value)" })
        // Safe: both arrays end in nil, and their strings live through the call.
        let failure = unsafe linux_become(path, words, variables)
        for index in unsafe words.indices { unsafe free(words[index]) }
        for index in unsafe variables.indices { unsafe free(variables[index]) }
        for number in numbers { _ = linux_set_inheritable(number, 0) }
        return Errno(code: -failure)
    }

    /// Copies, with a nil behind them; the caller frees them.
    private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        var copies: [UnsafeMutablePointer<CChar>?] = unsafe []
        for text in texts { unsafe copies.append(strdup(text)) }
        unsafe copies.append(nil)
        return unsafe copies
    }
}
