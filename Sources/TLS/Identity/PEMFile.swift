// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The text of a PEM file, and where it came from for messages about it.
struct PEMFile {
    let path: String
    let bytes: [UInt8]

    /// More than any certificate chain; what is longer is some other file.
    private static let limit = 1 << 20

    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// Reads the file whole.
    init(reading path: String) throws(IdentityProblem) {
        self.path = path
        bytes = try Self.contents(of: path)
    }

    func contains(_ words: StaticString) -> Bool {
        // Safe: a static string's buffer lives for ever and is read only within the closure.
        let needle = words.withUTF8Buffer { unsafe Array($0) }
        guard bytes.count >= needle.count else { return false }
        return (0...(bytes.count - needle.count)).contains { bytes[$0..<$0 + needle.count].elementsEqual(needle) }
    }

    private static func contents(of path: String) throws(IdentityProblem) -> [UInt8] {
        // Safe: the path is a terminated string for the length of the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, because: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= limit {
            // Safe: the kernel writes no further than the chunk is long.
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(path, because: errno)
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
        throw unreadable(path, because: EFBIG)
    }

    private static func unreadable(_ path: String, because code: Int32) -> IdentityProblem {
        // Safe: strerror answers a terminated string; it is copied at once.
        let reason = unsafe String(cString: strerror(code))
        return .unreadable(path: path, reason: reason, closed: obstacle(to: path) ?? path, user: user())
    }

    /// The first directory above the file that this process may not enter.
    private static func obstacle(to path: String) -> String? {
        var prefix = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
            prefix += part + "/"
            // Safe: the prefix is a terminated string for the length of the call.
            if unsafe access(prefix, X_OK) != 0 { return prefix }
        }
        return nil
    }

    private static func user() -> String {
        let number = geteuid()
        // Safe: the entry is libc's and is read before anything else can ask for another.
        guard let entry = unsafe getpwuid(number), let name = unsafe entry.pointee.pw_name else {
            return "user \(number)"
        }
        return "user \(unsafe String(cString: name)) (uid \(number))"
    }
}
