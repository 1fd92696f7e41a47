// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// The user and the groups that this process runs as.
package enum Privileges {
    /// Why another user cannot be taken on.
    package enum Failure: Error, Hashable, CustomStringConvertible {
        case noSuchUser(String)
        case noSuchGroup(String)
        /// Only root may become somebody else.
        case notRoot
        case system(Errno)

        package var description: String {
            switch self {
            case .noSuchUser(let name):
                "there is no user “\(name)” on this host; name one that there is, or remove the line"
            case .noSuchGroup(let name):
                "there is no group “\(name)” on this host; name one that there is, or remove the line"
            case .notRoot: "only root can become somebody else"
            case .system(let errno): "the system refuses: \(errno)"
            }
        }
    }

    /// Whether this process may become somebody else.
    package static var isRoot: Bool { geteuid() == 0 }

    /// Becomes `user`, for good and in every thread; with `group` where it is named, else with the user's own groups.
    ///
    /// Does nothing when the process is that user already.
    package static func become(user: String?, group: String?) throws(Failure) {
        // Whoever is not root changes nothing, and need not have heard of the names.
        guard geteuid() == 0 else {
            if let found = try? find(user: user, group: group), found == (geteuid(), getegid()) { return }
            throw .notRoot
        }
        let (userID, groupID) = try find(user: user, group: group)
        guard userID != geteuid() || groupID != getegid() else { return }
        // Groups first: who is no longer root may not change them.
        if let user {
            // Safe: the name lives through the call.
            try check(unsafe initgroups(user, groupID))
        } else {
            var groups = [groupID]
            // Safe: the array has as many groups as are named.
            try check(unsafe setgroups(groups.count, &groups))
        }
        try check(setgid(groupID))
        try check(setuid(userID))
    }

    /// The numbers of a user and of a group, where the group is not named that user's; those of this process for neither.
    @discardableResult
    package static func find(user: String?, group: String?) throws(Failure) -> (user: UInt32, group: UInt32) {
        var (userID, groupID) = (geteuid(), getegid())
        if let user {
            // Safe: the record is read before anything else asks for one; the call is made on one thread, at the start.
            guard let record = unsafe getpwnam(user) else { throw .noSuchUser(user) }
            unsafe (userID, groupID) = (record.pointee.pw_uid, record.pointee.pw_gid)
        }
        if let group {
            // Safe: as above.
            guard let record = unsafe getgrnam(group) else { throw .noSuchGroup(group) }
            groupID = unsafe record.pointee.gr_gid
        }
        return (userID, groupID)
    }

    private static func check(_ result: Int32) throws(Failure) {
        if result != 0 { throw .system(Errno(code: errno)) }
    }
}
