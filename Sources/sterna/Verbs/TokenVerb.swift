// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import Server
internal import Signaling
internal import Store
internal import Wire

/// `sterna token`: credentials made from the configured secret, ready to paste into a page.
enum TokenVerb {
    static let verb = Verb(
        name: "token", summary: "makes TURN credentials and prints the iceServers to paste",
        usage: "token [--name NAME] [--ttl SECONDS] [--host HOST] [--config FILE]",
        details: """
            --name NAME     whose they are, as logs will show it (default: token)
            --ttl SECONDS   how long they are good (default: 86400)
            --host HOST     the name or address that clients reach this server by; without it, the
                            host of public-url, else external-ip, else listening-ip

            The credentials are made with the first static-auth-secret of the configuration, else with
            the newest secret of its userdb. What is printed is the JSON array that
            RTCPeerConnection takes as iceServers.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        Talk.run("token") { () throws(Complaint) in
            var words = words
            let name = try Words.take("--name", from: &words) ?? "token"
            let ttl = try Words.take("--ttl", from: &words) ?? "86400"
            let host = try Words.take("--host", from: &words)
            guard let seconds = Int64(ttl), (1...31_536_000).contains(seconds) else {
                throw .usage("--ttl “\(ttl)” is not right; right would be a number from 1 to 31536000")
            }
            if let host, host.contains(where: { $0.isWhitespace || $0 == "/" }) {
                throw .usage("--host “\(host)” is not right; right would be a name or an address")
            }
            let settings = try settings(words)
            let now = Moment.read().time
            let secret = try secret(of: settings, until: now + .seconds(seconds))
            guard let host = host ?? settings.reachableHost else {
                throw .usage("the configuration does not say how clients reach this server; add --host NAME")
            }
            let mint = ICEServerMint(settings, secret: [UInt8](secret.utf8), lifetime: .seconds(seconds))
            Terminal.say(TerminalText(mint.servers(for: name, at: host, now: now).json))
        }
    }

    private static func settings(_ words: [String]) throws(Complaint) -> Settings {
        let option: ConfigurationOption
        do {
            option = try ConfigurationOption(words)
        } catch {
            throw .configuration("\(error)")
        }
        guard let settings = option.verdict.settings else {
            Terminal.report(option.verdict.errors)
            throw .configuration("the configuration has mistakes")
        }
        return settings
    }

    /// The first of the configuration, else the newest of the database that is good until `end`.
    private static func secret(of settings: Settings, until end: UnixTime) throws(Complaint) -> String {
        if let secret = settings.restSecrets.first { return secret }
        guard let path = settings.userDatabase else {
            throw .configuration(
                "there is no static-auth-secret to make credentials with; add static-auth-secret= and what “openssl rand -hex 32” prints"
            )
        }
        let place = UserPlace(path: path, realm: settings.realmOrDefault)
        var secrets: [UserDatabase.Secret] = []
        try place.reading { (database) throws(StoreError) in secrets = try database.secrets(of: place.realm) }
        guard let secret = secrets.last(where: { $0.notAfter.map { $0 >= end.seconds } ?? true }) else {
            throw .configuration(
                "\(path) has no secret of realm \(place.realm) that is good until \(end); “sterna secret add --generate” makes one, a shorter --ttl may do"
            )
        }
        return secret.text
    }
}

extension Settings {
    /// How clients reach this server, as far as the configuration says.
    fileprivate var reachableHost: String? {
        if let publicHost { return publicHost }
        if let external = externalAddresses.first(where: { $0.source != .automatic }) { return "\(external.source)" }
        return listeningAddresses.first { !$0.isUnspecified }.map { "\($0)" }
    }
}
