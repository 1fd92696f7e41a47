// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import Server
internal import Signaling
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

            The credentials are made with the first static-auth-secret of the configuration. What
            is printed is the JSON array that RTCPeerConnection takes as iceServers.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        var words = words
        let name = Words.take("--name", from: &words) ?? "token"
        let ttl = Words.take("--ttl", from: &words) ?? "86400"
        let host = Words.take("--host", from: &words)
        guard let seconds = Int64(ttl), (1...31_536_000).contains(seconds) else {
            Terminal.complain("sterna token: --ttl “\(ttl)” is not right; right would be a number from 1 to 31536000")
            return Exit.usage
        }
        do {
            let option = try ConfigurationOption(words)
            Terminal.report(option.verdict.errors)
            guard let settings = option.verdict.settings else { return Exit.configuration }
            guard let secret = settings.restSecrets.first else {
                let place = option.file?.path ?? "configuration"
                Terminal.complain(
                    "\(place): there is no static-auth-secret to make credentials with; add static-auth-secret= and what “openssl rand -hex 32” prints"
                )
                return Exit.configuration
            }
            guard let host = host ?? settings.reachableHost else {
                Terminal.complain(
                    "sterna token: the configuration does not say how clients reach this server; add --host NAME")
                return Exit.usage
            }
            let mint = ICEServerMint(settings, secret: [UInt8](secret.utf8), lifetime: .seconds(seconds))
            Terminal.say(mint.servers(for: name, at: host, now: Moment.read().time).json.text)
            return Exit.success
        } catch {
            Terminal.report([error])
            return Exit.configuration
        }
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
