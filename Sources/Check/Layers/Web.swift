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
        switch question("GET", "/readyz", at: target) {
        case .failure(let obstacle):
            let listens = listening.contains(Port(of: target))
            return tell(
                .fail(
                    .web, "\(target.endpoint): \(obstacle.words)", obstacle.cause(at: target, listens: listens)))
        case .success(let ready) where ready.status == 200: tell(.ok(.web, "the server calls itself ready (/readyz)"))
        case .success(let ready):
            let reasons = ready.json?["reasons"]?.array?.compactMap(\.string) ?? ["\(ready.body.prefix(200))"]
            for reason in reasons {
                tell(.fail(.web, "the server does not call itself ready: \(reason.prefix(400))", .notReady))
            }
        }
        redirect(settings)
        let front = frontTarget(settings, beside: target).flatMap { self.front($0) ? $0 : nil }
        guard settings.roomCreation == .anyone else { return tell(.skip(.web, "rooms are made with a room-key only")) }
        guard let made = ask("POST", "/api/rooms", at: target), let token = made.json?["token"]?.string,
            let key = made.json?["ownerKey"]?.string
        else {
            return tell(.fail(.web, "no room can be made", .roomRefused))
        }
        defer { _ = ask("DELETE", "/api/rooms/\(token)", bearer: key, at: target) }
        room(token, at: target)
        if let front { enter(token, at: front, isProxied: true) }
    }

    func question(_ method: String, _ path: String, bearer: String? = nil, at target: Target) -> Result<
        WebQuestion.Answer, Obstacle
    > {
        WebQuestion.ask(method, path, bearer: bearer, at: target, trusting: plan.trust, on: station)
    }

    func ask(_ method: String, _ path: String, bearer: String? = nil, at target: Target) -> WebQuestion.Answer? {
        try? question(method, path, bearer: bearer, at: target).get()
    }

    /// Where the web server listens itself: the secure port before the plain one.
    func webTarget(_ settings: Settings, isSecure: Bool? = nil) -> Target? {
        guard let first = plan.targets.first else { return nil }
        let listens = settings.webListeningAddresses.first { !$0.isUnspecified } ?? first.endpoint.address
        let name = host ?? first.host
        if isSecure != false, let port = settings.webTLSPort {
            return Target(transport: .tls, endpoint: Endpoint(listens, port), host: name)
        }
        guard isSecure != true, let port = settings.webPort else { return nil }
        return Target(transport: .tcp, endpoint: Endpoint(listens, port), host: name)
    }

    /// Where browsers are sent by public-url, when that is not where the server listens: a proxy stands there.
    private func frontTarget(_ settings: Settings, beside target: Target) -> Target? {
        guard let front = place(of: settings.publicURL ?? ""),
            front.port != target.endpoint.port || front.transport != target.transport
        else { return nil }
        return front.addresses.first.map(front.target(at:))
    }

    private func front(_ target: Target) -> Bool {
        doing("asking \(settings?.publicURL ?? "") as a browser does")
        let url = settings?.publicURL ?? ""
        let reason: String
        switch question("GET", "/healthz", at: target) {
        case .success(let answer) where answer.status == 200:
            tell(.ok(.web, "\(url) leads to this server"))
            return true
        case .success(let answer): reason = "it answers HTTP \(answer.status)"
        case .failure(let obstacle): reason = obstacle.words
        }
        if isBeyondNAT(target.endpoint.address) {
            tell(.skip(.web, "\(url) is not reached from here, as usual behind NAT (\(reason)): only outside tells"))
        } else {
            tell(.fail(.web, "\(url) does not lead to this server: \(reason)", .proxyMissing))
        }
        return false
    }

    private func room(_ token: String, at target: Target) {
        let servers = ask("GET", "/api/webrtc-config?room=\(token)", at: target)?.json?["iceServers"]?.array ?? []
        let relay = servers.first { $0["credential"]?.string != nil }
        if let relay {
            tell(.ok(.web, "a room is made, and its iceServers hold credentials for the relay"))
            guests(relay)
        } else if settings?.stunOnly == true {
            tell(.ok(.web, "a room is made; stun-only: its calls are not relayed"))
        } else {
            return tell(.fail(.web, "a room's iceServers hold no credentials", .roomWithoutRelay))
        }
        enter(token, at: target, isProxied: false)
    }

    /// Goes into the room as a page does, over a WebSocket.
    private func enter(_ token: String, at target: Target, isProxied: Bool) {
        let place = "\(target.transport == .tls ? "wss" : "ws")://\(target.authority)"
        let cause = Cause.webSocketBroken(isProxied: isProxied)
        switch WebQuestion.converse(
            "/ws/rooms/\(token)", saying: #"{"type":"join"}"#, at: target, trusting: plan.trust, on: station)
        {
        case .success(let text):
            let said = try? JSON(parsing: Array(text.utf8))
            if said?["type"]?.string == "joined" {
                return tell(.ok(.web, "the room is entered over its WebSocket (\(place))"))
            }
            tell(.fail(.web, "the room's WebSocket (\(place)) answers \(text.prefix(80))", cause))
        case .failure(let refusal):
            let words = refusal.answer.map { $0.status == 101 ? "opens and stays silent" : "answers HTTP \($0.status)" }
            tell(.fail(.web, "the room's WebSocket (\(place)) \(words ?? "does not answer")", cause))
        }
    }
}
