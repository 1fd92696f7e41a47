// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Store

/// A database of users in coturn's layout, as an operator is told of it.
package struct CoturnDatabase: Sendable {
    package let path: String

    /// Where coturn looks when nothing names a database: Debian's place first.
    private static let places = [
        "/var/lib/turn/turndb", "/var/db/turndb", "/usr/local/var/db/turndb", "/etc/coturn/turndb",
    ]

    package init(at path: String) { self.path = path }

    /// What is told where coturn has users in a database that no setting names: the file, who may read it, and the line.
    package static func forgotten(realm: String) -> String? {
        places.lazy.compactMap { Self(at: $0).notice(realm: realm) }.first
    }

    private func notice(realm: String) -> String? {
        guard let owner = FileOwner(of: path) else { return nil }
        let remedy = "add userdb=\(path)\(owner.remedy(for: path))"
        do throws(StoreError) {
            let database = try UserDatabase(reading: path)
            guard database.isUserDatabase else { return nil }
            var users = 0
            try database.forEachUser(of: realm) { (_) throws(StoreError) in users += 1 }
            let secrets = try database.secrets(of: realm).count
            let others = try database.strangers(to: realm)
            guard users + secrets > 0 || others != nil else { return nil }
            var has = [Self.count(users, "user"), Self.count(secrets, "secret")].compactMap(\.self)
            if !has.isEmpty { has[has.count - 1] += " of the realm “\(realm)”" }
            if let others { has.append("\(Self.count(others.count, "user") ?? "") of others, as “\(others.realm)”") }
            return
                "coturn's own database \(path) has \(has.joined(separator: " and ")), and they are not served; \(remedy)"
        } catch {
            return
                "coturn's own database \(path) cannot be read by this user; if turnadmin has put users or secrets into it, \(remedy)"
        }
    }

    /// Why a database that a setting names cannot be used; nil where it can.
    func trouble(realm: String) -> String? {
        do throws(StoreError) {
            let database = try UserDatabase(reading: path)
            return database.isUserDatabase ? nil : "\(path) has no table of users; “sterna user add” makes one"
        } catch {
            guard let owner = FileOwner(of: path) else {
                return
                    "\(path) does not exist, and nobody of it can log in until it does; “sterna user add NAME” makes it"
            }
            guard !owner.isFolder else { return "\(path) is a folder; name the database in it, as in \(path)/turndb" }
            return "\(path) cannot be read (\(error.detail))\(owner.remedy(for: path))"
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String? {
        number == 0 ? nil : "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
