// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Store
internal import TURN

extension Realms {
    /// The realms of other sites, those of the file before those of the database.
    ///
    /// The file's secrets are good in each of them; users, and secrets of the database, belong to one realm.
    init(_ settings: Configuration.Settings, ownSecret: String?, directory: Directory?, quotas: AllocationQuotas) {
        self.init()
        let secrets =
            settings.restSecrets.map { Credentials.Secret($0) }
            + (ownSecret.map { [Credentials.Secret($0, isOwn: true)] } ?? [])
        let own = settings.realmOrDefault
        let sites =
            (directory?.sites ?? [])
            + settings.originRealms.map { UserDatabase.Site(origin: $0.origin, realm: $0.realm) }
        for name in Set(sites.map(\.realm)) where name != own {
            let limit = settings.realmQuotas.last { $0.realm == name }
            let share = directory?.others[name]
            let counters = quotas.ofRealm(name)
            counters.limit(
                user: limit?.user ?? share?.userQuota ?? settings.userQuota,
                total: limit?.total ?? share?.totalQuota ?? settings.totalQuota)
            var credentials = Credentials(
                realm: name, secrets: settings.stunOnly ? [] : secrets + (share?.secrets ?? []),
                separator: settings.restSeparator)
            if !settings.stunOnly {
                if let share { credentials.directory = share.users }
                credentials.isIncomplete = settings.userDatabase != nil && directory == nil
            }
            add(Realm(credentials: credentials, quotas: counters.quotas))
        }
        for site in sites where site.realm != own { _ = ask(site.origin, for: site.realm) }
    }
}
