// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Glibc

/// Whoever works with the folders that are to be replaced.
enum Occupant {
    /// Who that is, in words; nil where nobody does.
    static func of(configuration: String, data: String) -> String? {
        for name in Path.names(in: data) where name.hasSuffix(".db-shm") {
            if let process = holder(of: "\(data)/\(name)") {
                return "process \(process) has the database \(data)/\(name.dropLast("-shm".count)) open"
            }
        }
        let isServices = configuration == Path.folder(of: Input.File.standardPath) || data == Settings().dataDirectory
        // What systemd makes for a unit that is active.
        return isServices && Path.exists("/run/systemd/units/invocation:sterna.service")
            ? "the service sterna is running" : nil
    }

    /// The process that has a database open, by the lock that SQLite holds in its index for as long (the byte behind its
    /// eight locks; “dead man's switch” in sqlite3's source); a process that died holds none.
    private static func holder(of index: String) -> Int32? {
        // Safe: the path lives through the call.
        let file = unsafe open(index, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        (lock.l_start, lock.l_len) = (128, 1)
        // Safe: the call reads and fills the structure.
        guard unsafe fcntl(file, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else { return nil }
        return lock.l_pid
    }
}
