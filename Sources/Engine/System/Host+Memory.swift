// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

extension Host {
    /// Bytes of memory that this process may take at most: what the machine has, or what a control group leaves of it.
    package static var memory: Int {
        let machine = number(of: "MemTotal:", in: text("/proc/meminfo")).map { $0 << 10 }
        let groups = limits(ofGroup: text("/proc/self/cgroup"), root: "/sys/fs/cgroup", reading: text)
        return min(machine ?? Int.max, groups.min() ?? Int.max)
    }

    /// Gives memory that nobody uses any more back to the kernel.
    package static func trimMemory() { linux_trim_memory() }

    /// The limits of a control group and of all that it is in (cgroups(7), version 2).
    ///
    /// - Parameters:
    ///   - membership: What `/proc/self/cgroup` says.
    ///   - read: The content of a file; empty where there is none.
    static func limits(ofGroup membership: String, root: String, reading read: (String) -> String) -> [Int] {
        guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return [] }
        var folders = [root]
        for name in line.dropFirst(4).split(separator: "/") { folders.append("\(folders[folders.count - 1])/\(name)") }
        return folders.flatMap { folder in
            ["memory.max", "memory.high"].compactMap { Int(read("\(folder)/\($0)").prefix { $0.isNumber }) }
        }
    }

    /// The number behind a word at the beginning of a line.
    private static func number(of word: String, in text: String) -> Int? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(word) }
        return line?.dropFirst(word.count).split(separator: " ").first.flatMap { Int($0) }
    }

    private static func text(_ path: String) -> String {
        // Safe: the file is closed here, and the kernel writes no further than the buffer is long.
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { _ = close(file) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(file, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
