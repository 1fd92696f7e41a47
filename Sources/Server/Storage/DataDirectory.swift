// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Store

/// The directory that `data-dir` names.
enum DataDirectory {
    /// Makes the directory and those above it, readable by the server's user only, unless they are there.
    ///
    /// Says nothing when that fails: who opens a file in it can tell what is wrong in more detail.
    static func make(_ path: String) {
        for end in path.indices where path[end] == "/" && end != path.startIndex {
            makeOne(String(path[..<end]))
        }
        makeOne(path)
    }

    /// Whether a database that could not be opened can be read as it lies there: nobody can write beside it, and all that was
    /// ever written into it is in it.
    ///
    /// A journal holds what is not in it yet.
    static func isFrozen(_ path: String, after error: StoreError) -> Bool {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        var journal = stat()
        // Safe: the paths live through the calls, and the kernel fills what it is given.
        let canRead = unsafe access(path, R_OK) == 0
        let canWrite = unsafe access(folder, W_OK) == 0
        guard canRead, error.problem == .diskFull || !canWrite else { return false }
        return unsafe stat(path + "-wal", &journal) != 0 || journal.st_size == 0
    }

    private static func makeOne(_ path: String) {
        // Safe: the path lives through the call.
        _ = unsafe mkdir(path, 0o700)
    }
}
