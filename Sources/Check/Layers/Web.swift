// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import Wire

extension Checkup {
    /// WEB: whether the server thinks itself ready, makes rooms with credentials in them, and lets people into them.
    func web() {
        guard let settings else { return }
        guard settings.servesWeb else { return tell(.skip(.web, "no web-port: no pages and no signaling are served")) }
        guard let target = webTarget(settings) else { return }
        doing("asking the web server at \(target.endpoint)")
        guard let ready = ask("GET", "/readyz", at: target) else {
            return tell(
                .fail(
                    .web, "no answer from the web server at \(target.endpoint)",
                    fix: "systemctl status sterna; open port \(target.endpoint.port)/tcp in the firewall"))
        }
        if ready.status == 200 {
            tell(.ok(.web, "the server calls itself ready (/readyz)"))
        } else {
            tell(
                .fail(
                    .web, "the server does not call itself ready: \(ready.body)",
                    fix: "correct what it names; /readyz asks again"))
        }
        let front = frontTarget(settings, beside: target)
        if let front { self.front(front) }
        guard settings.roomCreation == .anyone else { return tell(.skip(.web, "rooms are made with a room-key only")) }
        guard let made = ask("POST", "/api/rooms", at: target), let token = made.json?["token"]?.string,
            let key = made.json?["ownerKey"]?.string
        else {
            return tell(.fail(.web, "no room can be made", fix: "see the server's log, and the rights of data-dir"))
        }
        defer { _ = ask("DELETE", "/api/rooms/\(token)", bearer: key, at: target) }
        room(token, at: target)
        if let front {
            enter(token, at: front, fix: "the proxy must pass Upgrade and Connection on; packaging/proxies")
        }
    }

    private func ask(_ method: String, _ path: String, bearer: String? = nil, at target: Target) -> WebQuestion.Answer?
    {
        WebQuestion.ask(method, path, bearer: bearer, at: target, trusting: plan.trust, on: station)
    }

    /// Where the web server listens itself: the secure port before the plain one.
    private func webTarget(_ settings: Settings) -> Target? {
        guard let address = plan.targets.first?.endpoint.address else { return nil }
        let listens = settings.webListeningAddresses.first { !$0.isUnspecified } ?? address
        let name = host ?? "localhost"
        if let port = settings.webTLSPort {
            return Target(transport: .tls, endpoint: Endpoint(listens, port), host: name)
        }
        return settings.webPort.map { Target(transport: .tcp, endpoint: Endpoint(listens, $0), host: name) }
    }

    /// Where browsers are sent by public-url, when that is not where the server listens: a proxy stands there.
    private func frontTarget(_ settings: Settings, beside target: Target) -> Target? {
        guard let host = settings.publicHost, let port = settings.publicPort else { return nil }
        let transport: Transport = settings.publicURL?.hasPrefix("https:") == true ? .tls : .tcp
        guard port != target.endpoint.port || transport != target.transport else { return nil }
        let bare = String(host.drop { $0 == "[" }.prefix { $0 != "]" })
        let found: [IPAddress] =
            if let address = IPAddress(bare) { [address] } else { (try? Host.addresses(of: bare)) ?? [] }
        return found.first.map { Target(transport: transport, endpoint: Endpoint($0, port), host: bare) }
    }

    private func front(_ target: Target) {
        doing("asking \(settings?.publicURL ?? "") as a browser does")
        if ask("GET", "/healthz", at: target)?.status == 200 {
            return tell(.ok(.web, "\(settings?.publicURL ?? "") leads to this server"))
        }
        tell(
            .fail(
                .web, "\(settings?.publicURL ?? "") does not lead to this server",
                fix: "start the proxy in front (packaging/proxies), or let public-url name this server's own port"))
    }

    private func room(_ token: String, at target: Target) {
        let servers = ask("GET", "/api/webrtc-config?room=\(token)", at: target)?.json?["iceServers"]?.array ?? []
        let hasRelay = servers.contains { $0["credential"]?.string != nil }
        guard hasRelay || settings?.stunOnly == true else {
            return tell(
                .fail(
                    .web, "a room's iceServers hold no credentials",
                    fix: "see the server's log: the relay is not being served"))
        }
        tell(.ok(.web, "a room is made, and its iceServers hold credentials for the relay"))
        enter(token, at: target, fix: "see the server's log, and allowed-origin")
    }

    /// Goes into the room as a page does, over a WebSocket.
    private func enter(_ token: String, at target: Target, fix: String) {
        let place = "\(target.transport == .tls ? "wss" : "ws")://\(target.host):\(target.endpoint.port)"
        switch WebQuestion.converse(
            "/ws/rooms/\(token)", saying: #"{"type":"join"}"#, at: target, trusting: plan.trust, on: station)
        {
        case .success(let text):
            let said = try? JSON(parsing: Array(text.utf8))
            if said?["type"]?.string == "joined" {
                return tell(.ok(.web, "the room is entered over its WebSocket (\(place))"))
            }
            tell(.fail(.web, "the room's WebSocket (\(place)) answers \(text.prefix(80))", fix: fix))
        case .failure(let refusal):
            let words = refusal.answer.map { $0.status == 101 ? "opens and stays silent" : "answers HTTP \($0.status)" }
            tell(.fail(.web, "the room's WebSocket (\(place)) \(words ?? "does not answer")", fix: fix))
        }
    }
}
