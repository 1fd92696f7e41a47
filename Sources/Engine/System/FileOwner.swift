// SPDX-License-Identifier: Apache-2.0
internal import CLinux
internal import Glibc

/// Who a file belongs to, and whom it lets read.
package struct FileOwner: Hashable, Sendable {
    package let user: String
    package let group: String
    /// Whether its group, and everybody, may read it.
    package let isOpenToGroup: Bool
    package let isOpenToAll: Bool
    /// Whether it is no file but a folder.
    package let isFolder: Bool

    /// Nil where there is no such file, or this user may not see it.
    package init?(of path: String) {
        var facts = stat()
        // Safe: the path lives through the call, which fills the structure.
        guard unsafe stat(path, &facts) == 0 else { return nil }
        // Safe: the records are libc's and are copied before anything else asks for one.
        user = unsafe getpwuid(facts.st_uid).map { unsafe String(cString: $0.pointee.pw_name) } ?? "\(facts.st_uid)"
        group = unsafe getgrgid(facts.st_gid).map { unsafe String(cString: $0.pointee.gr_name) } ?? "\(facts.st_gid)"
        isOpenToGroup = facts.st_mode & S_IRGRP != 0
        isOpenToAll = facts.st_mode & S_IROTH != 0
        isFolder = facts.st_mode & S_IFMT == S_IFDIR
    }

    /// What lets the service's user read the file, behind a first sentence; empty where everybody may.
    package func remedy(for path: String, service: String = "sterna") -> String {
        if isOpenToAll { return "" }
        if isOpenToGroup, group != "root" {
            return ", and let the user \(service) into its group: usermod -aG \(group) \(service)"
        }
        return ", and let the user \(service) read it: setfacl -m u:\(service):r \(path)"
    }
}
