// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension Host {
    /// What this process takes of the machine.
    package struct Usage: Hashable, Sendable {
        package var residentBytes = 0
        package var descriptors = 0
        /// Processor time of all threads, in user space and in the kernel.
        package var processor: Duration = .zero
    }

    /// What this process takes just now; zero for what cannot be told.
    package static var usage: Usage {
        var usage = Usage()
        usage.residentBytes = resident
        usage.descriptors = descriptors
        // In microseconds, as POSIX has it.
        usage.processor = .microseconds(Int64(clock()))
        return usage
    }

    /// Bytes of memory that this process takes: the second number of /proc/self/statm, in pages (proc(5)).
    package static var resident: Int {
        // Safe: the file is closed here, and the kernel writes no further than the buffer is long.
        let file = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { _ = close(file) }
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = unsafe read(file, &buffer, buffer.count)
        let words = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static var descriptors: Int {
        // Safe: the folder is read and closed within this scope.
        guard let folder = unsafe opendir("/proc/self/fd") else { return 0 }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        // “.”, “..” and the folder's own.
        return max(0, count - 3)
    }
}
