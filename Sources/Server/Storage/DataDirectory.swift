// SPDX-License-Identifier: Apache-2.0

internal import Glibc

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

    private static func makeOne(_ path: String) {
        // Safe: the path lives through the call.
        _ = unsafe mkdir(path, 0o700)
    }
}
