// SPDX-License-Identifier: Apache-2.0

extension Contradictions {
    func credentials() -> [Problem] {
        var problems: [Problem] = []
        let hasSecret = !settings.restSecrets.isEmpty
        if settings.useAuthSecret, !hasSecret, settings.userDatabase == nil {
            problems.append(
                .warning(
                    "use-auth-secret lets nobody in without a secret; add static-auth-secret= and what “openssl rand -hex 32” prints",
                    at: place("use-auth-secret")))
        } else if settings.users.isEmpty, !hasSecret, settings.oauthKeys.isEmpty, settings.userDatabase == nil,
            !settings.servesWeb
        {
            problems.append(
                .warning(
                    "only STUN is answered, because nobody could log in to the relay; add user=name:password, or static-auth-secret= and what “openssl rand -hex 32” prints, or web-port=80 for calls in the browser",
                    at: .configuration(file: file)))
        }
        if settings.oauth, settings.oauthKeys.isEmpty, settings.userDatabase == nil {
            problems.append(
                .warning(
                    "oauth has no key, so that no access token can be opened; add oauth-key=kid:A256GCM: and what “openssl rand -base64 32” prints",
                    at: place("oauth")))
        }
        for (index, key) in settings.oauthKeys.enumerated()
        where settings.oauthKeys[..<index].contains(where: { $0.identifier == key.identifier }) {
            problems.append(
                .warning(
                    "the OAuth key “\(key.identifier)” was given before; the last one counts",
                    at: place("oauth-key", number: index)))
        }
        if !settings.relayURLs.isEmpty, !hasSecret {
            problems.append(
                .error(
                    "turn-url needs the secret that its server knows; add static-auth-secret= with the same one",
                    at: place("turn-url")))
        }
        if settings.servesWeb, settings.relayURLs.isEmpty, settings.sendsClientsElsewhere, !hasSecret {
            problems.append(
                .warning(
                    "people in rooms are sent to servers that do not know their credentials; add static-auth-secret= with what all of them share",
                    at: place(
                        "alternate-server", "udp-alternate-server", "tcp-alternate-server", "tls-alternate-server")))
        }
        for (index, quota) in settings.realmQuotas.enumerated()
        where settings.userDatabase == nil && !settings.originRealms.contains(where: { $0.realm == quota.realm }) {
            problems.append(
                .warning(
                    "no site is asked for the realm “\(quota.realm)”; add origin-to-realm=https://… \(quota.realm)",
                    at: place("realm-quota", number: index)))
        }
        if hasSecret, !settings.users.isEmpty {
            problems.append(
                .warning(
                    "users are good beside static-auth-secret, where coturn ignores them; remove user= lines that are left over",
                    at: place("user")))
        }
        for (index, secret) in settings.restSecrets.enumerated() where secret.utf8.count < 16 {
            problems.append(
                .warning(
                    "the secret is short enough to be guessed; “openssl rand -hex 32” prints a good one",
                    at: place("static-auth-secret", number: index)))
        }
        for (index, user) in settings.users.enumerated() {
            let origin = place("user", number: index)
            if case .key = user.credential, settings.realm.isEmpty {
                problems.append(
                    .error(
                        "the key of user “\(user.name)” was made with a realm; add realm= with the same one", at: origin
                    ))
            }
            if settings.users[..<index].contains(where: { $0.name == user.name }) {
                problems.append(.warning("user “\(user.name)” was given before; the last one counts", at: origin))
            }
        }
        return problems
    }
}
