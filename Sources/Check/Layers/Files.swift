// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// What the kernel and the passwd file say, as text.
enum Files {
    /// The whole file, or nil when it cannot be read.
    static func text(_ path: String) -> String? {
        // Safe: the path is a terminated string for the length of the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 8 << 20 {
            // Safe: the kernel writes no further than the chunk is long.
            let count = unsafe read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func number(_ path: String) -> Int? {
        text(path).flatMap { Int($0.split(whereSeparator: \.isWhitespace).first ?? "") }
    }

    /// What a command prints, its complaints aside; empty where it cannot be run.
    ///
    /// - Parameter command: For the shell: a text of the program's own, with nothing from elsewhere in it.
    static func output(of command: StaticString) -> String {
        // Safe: both texts are terminated and live through the call; the pipe is read and closed here.
        guard let pipe = unsafe popen("\(command) 2>/dev/null", "r") else { return "" }
        defer { unsafe pclose(pipe) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 20 {
            // Safe: libc writes no further than the chunk is long.
            let count = unsafe fread(&chunk, 1, chunk.count, pipe)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func exists(_ path: String) -> Bool {
        // Safe: the path is a terminated string for the length of the call.
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    static func link(_ path: String) -> String? {
        var target = [CChar](repeating: 0, count: 256)
        // Safe: the kernel writes no further than the count, and the last byte stays zero.
        guard unsafe readlink(path, &target, target.count - 1) > 0 else { return nil }
        return String(decoding: target.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a directory.
    static func names(in path: String) -> [String] {
        // Safe: the directory is opened and closed here, each entry is read before the next is asked for.
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }
}

/// A user of this machine.
struct SystemUser: Hashable {
    let name: String
    let number: UInt32
    let group: UInt32

    static var current: Self { Self(number: geteuid()) ?? Self(name: "this user", number: geteuid(), group: getegid()) }

    init(name: String, number: UInt32, group: UInt32) { (self.name, self.number, self.group) = (name, number, group) }

    init?(number: UInt32) {
        // Safe: the entry is libc's and is copied before anything else can ask for another.
        guard let entry = unsafe getpwuid(number), let name = unsafe entry.pointee.pw_name else { return nil }
        self.init(name: unsafe String(cString: name), number: number, group: unsafe entry.pointee.pw_gid)
    }

    init?(named name: String) {
        // Safe: as above.
        guard let entry = unsafe getpwnam(name) else { return nil }
        self.init(name: name, number: unsafe entry.pointee.pw_uid, group: unsafe entry.pointee.pw_gid)
    }

    /// Why the user may not do what is asked with a path: what is in the way, a directory or the file; nil when they may.
    ///
    /// Only root can ask for somebody else: others are told nothing.
    func obstacle(to path: String) -> (place: String, right: FileRight)? {
        var prefix = path.hasPrefix("/") ? "/" : ""
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            prefix += index == 0 ? String(part) : "/" + part
            let isLast = index == parts.count - 1
            if !may(isLast ? R_OK : X_OK, prefix) { return (prefix, isLast ? .read : .enter) }
        }
        return nil
    }

    private func may(_ mode: Int32, _ path: String) -> Bool {
        // Safe: both texts are terminated strings for the length of the calls.
        if number == geteuid() { return unsafe access(path, mode) == 0 }
        guard geteuid() == 0 else { return true }
        return unsafe linux_access_as(path, mode, name, number, group) == 0
    }
}
