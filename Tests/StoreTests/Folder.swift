// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A folder that is gone when the test lets go of it.
final class Folder {
    let path: String

    init() {
        var template = Array("/tmp/sterna-store-XXXXXX".utf8CString)
        // Safe: the template is NUL-terminated and lives for the call.
        path = unsafe mkdtemp(&template).map { unsafe String(cString: $0) } ?? "/nonexistent"
    }

    deinit {
        for name in ["db", "db-wal", "db-shm", "copy", "copy-wal", "copy-shm"] { unsafe unlink("\(path)/\(name)") }
        unsafe rmdir(path)
    }

    var database: String { path + "/db" }

    func write(_ bytes: [UInt8], to name: String) {
        // Safe: the file is closed here; the buffer outlives the call.
        guard let file = unsafe fopen("\(path)/\(name)", "w") else { return }
        unsafe fwrite(bytes, 1, bytes.count, file)
        unsafe fclose(file)
    }

    func read(_ name: String) -> [UInt8] {
        guard let file = unsafe fopen("\(path)/\(name)", "r") else { return [] }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        // Safe: no more bytes are read than the buffer holds.
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }
}
