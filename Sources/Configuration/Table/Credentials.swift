// SPDX-License-Identifier: Apache-2.0

extension Setting {
    static let credentials: [Setting] = [
        Setting(
            "realm", .opaque("name"), into: \.realm,
            "The realm that clients are told. Without it, the host of public-url, else “sterna”."
        ).defaultDeviates("Without it coturn takes the host's domain."),
        Setting(
            "origin-to-realm", .originRealm, into: \.originRealms,
            "A site whose pages are asked for a realm of their own, by the ORIGIN that their browser sends; repeat it for several. Users of this file belong to realm, its secrets to every realm; userdb has users, secrets and sites of other realms too."
        ).own.reloadable,
        Setting(
            "realm-quota", .realmQuota, into: \.realmQuotas,
            "What each user of such a realm may hold, and all of them together, instead of user-quota and total-quota; 0 for no limit. Repeat it for several."
        ).own.reloadable,
        Setting(
            "check-origin-consistency", .boolean, into: \.checksOrigin,
            "Refuses requests whose ORIGIN is another than that of the Allocate request."
        ).reloadable,
        Setting(
            "user", .user, into: \.users,
            "A user with a fixed password, as name:password or name:0xKEY; repeat it for several."
        ).deviates(
            "Users and REST secrets are good side by side; coturn ignores users beside use-auth-secret.",
            where: { _, whole in whole.useAuthSecret || !whole.restSecrets.isEmpty }
        ).secret.reloadable,
        Setting(
            "use-auth-secret", .boolean, into: \.useAuthSecret,
            "Accepts TURN REST credentials, made from static-auth-secret; a secret alone implies it."
        ).reloadable,
        Setting(
            "static-auth-secret", .text("secret"), into: \.restSecrets,
            "A secret that TURN REST credentials are made with; repeat it while one secret replaces another."
        ).secret.reloadable,
        Setting(
            "rest-api-separator", .separator, into: \.restSeparator,
            "The character between time and name in a TURN REST user name."
        ).reloadable,
        Setting(
            "userdb", .path, into: \.userDatabase,
            "An SQLite database in coturn's layout: its users, secrets, OAuth keys, peer rules and limits of this realm count beside those of this file, and so do its sites with realms of their own and those realms' users, secrets and quotas. It is followed while the server runs."
        ).defaultDeviates("coturn also opens its own, /var/lib/turn/turndb, where none is named."),
        Setting(
            "db", .path, into: \.userDatabase,
            "coturn's other name for userdb."
        ).synonym(of: "userdb"),
        Setting(
            "oauth", .boolean, into: \.oauth,
            "Accepts access tokens of an authorization server (RFC 7635), sealed with one of the keys; an oauth-key alone implies it."
        ).reloadable,
        Setting(
            "oauth-key", .oauthKey, into: \.oauthKeys,
            "A key that access tokens are sealed with, as the authorization server has it; repeat it while one key replaces another."
        ).own.secret.reloadable,
        Setting(
            "server-name", .text("name"), into: \.serverName,
            "The name that access tokens are sealed for, and that clients are told to ask the authorization server for. Without it, the realm."
        ).reloadable,
        Setting(
            "stateless-nonce-secret", .text("secret"), into: \.nonceSecret,
            "What nonces are made with, where several servers behind one address share it; without it a key of this server alone."
        ).secret.reloadable,
        Setting(
            "stale-nonce", .seconds(0...86_400), into: \.staleNonce,
            "How long a nonce is good; 0 for as long as the server runs."
        ).reloadable.bare,
    ]
}
