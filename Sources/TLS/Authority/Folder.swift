// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Writing files that others must never see half.
enum Folder {
    /// Makes the directory, and those above it, for this user alone.
    static func make(_ path: String) throws(AuthorityProblem) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += part + "/"
            // Safe: the path is a terminated string for the length of the call.
            if unsafe mkdir(prefix, 0o700) != 0, errno != EEXIST { throw unwritable(path, because: errno) }
        }
    }

    /// Puts `bytes` into the file whole: under another name first, then renamed.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(AuthorityProblem) {
        let draft = path + ".new"
        // Safe: both paths are terminated strings for the length of the calls.
        unsafe unlink(draft)
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw unwritable(draft, because: errno) }
        var written = 0
        while written < bytes.count {
            // Safe: the kernel reads no further than the array is long.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress.map { unsafe $0 + written }, $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { break }
            written += count
        }
        var failure = written == bytes.count && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0 ? 0 : errno
        close(descriptor)
        if failure == 0, unsafe rename(draft, path) != 0 { failure = errno }
        guard failure != 0 else { return }
        unsafe unlink(draft)
        throw unwritable(path, because: failure)
    }

    private static func unwritable(_ path: String, because code: Int32) -> AuthorityProblem {
        // Safe: strerror answers a terminated string; it is copied at once.
        .unwritable(path: path, reason: unsafe String(cString: strerror(code)))
    }
}
