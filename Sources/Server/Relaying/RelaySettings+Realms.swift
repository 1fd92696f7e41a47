// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import TURN

extension Realms {
    /// The realms of other sites. Every secret is good in each of them, users and the database are of the server's own.
    init(_ settings: Configuration.Settings, ownSecret: String?, quotas: AllocationQuotas) {
        self.init()
        let secrets = settings.restSecrets + (ownSecret.map { [$0] } ?? [])
        let own = settings.realmOrDefault
        for name in Set(settings.originRealms.map(\.realm)) where name != own {
            let limit = settings.realmQuotas.last { $0.realm == name }
            let counters = quotas.ofRealm(name)
            counters.limit(user: limit?.user ?? settings.userQuota, total: limit?.total ?? settings.totalQuota)
            add(
                Realm(
                    credentials: Credentials(
                        realm: name, secrets: settings.stunOnly ? [] : secrets.map { Credentials.Secret($0) },
                        separator: settings.restSeparator),
                    quotas: counters.quotas))
        }
        for pair in settings.originRealms where pair.realm != own { _ = ask(pair.origin, for: pair.realm) }
    }
}
