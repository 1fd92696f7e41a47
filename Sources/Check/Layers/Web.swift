// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import TLS
internal import Wire

extension Checkup {
    /// WEB: whether the server thinks itself ready and makes rooms with credentials in them.
    func web() {
        guard let settings else { return }
        guard settings.servesWeb else { return tell(.skip(.web, "no web-port: no pages and no signaling are served")) }
        guard let address = plan.targets.first?.endpoint.address else { return }
        let listens = settings.webListeningAddresses.first { !$0.isUnspecified } ?? address
        let secure = settings.webTLSPort.map {
            Target(transport: .tls, endpoint: Endpoint(listens, $0), host: host ?? "localhost")
        }
        let plain = settings.webPort.map {
            Target(transport: .tcp, endpoint: Endpoint(listens, $0), host: host ?? "localhost")
        }
        guard let target = secure ?? plain else { return }
        doing("asking the web server at \(target.endpoint)")
        guard let ready = WebQuestion.ask("GET", "/readyz", at: target, trusting: plan.trust, on: station) else {
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
        guard settings.roomCreation == .anyone else { return tell(.skip(.web, "rooms are made with a room-key only")) }
        guard let made = WebQuestion.ask("POST", "/api/rooms", at: target, trusting: plan.trust, on: station),
            let token = made.json?["token"]?.string, let key = made.json?["ownerKey"]?.string,
            let servers = WebQuestion.ask(
                "GET", "/api/webrtc-config?room=\(token)", at: target, trusting: plan.trust, on: station)?
                .json?["iceServers"]?.array
        else {
            return tell(.fail(.web, "no room can be made", fix: "see the server's log, and the rights of data-dir"))
        }
        _ = WebQuestion.ask("DELETE", "/api/rooms/\(token)", bearer: key, at: target, trusting: plan.trust, on: station)
        let hasRelay = servers.contains { $0["credential"]?.string != nil }
        if hasRelay || settings.stunOnly {
            return tell(.ok(.web, "a room is made, and its iceServers hold credentials for the relay"))
        }
        tell(
            .fail(
                .web, "a room's iceServers hold no credentials",
                fix: "see the server's log: the relay is not being served"))
    }
}

/// One request over HTTP/1.1 and its answer.
final class WebQuestion: StreamOwner {
    private var text: [UInt8] = []
    private var isOver = false
    private var stream: Engine.Stream?
    private var session: Session?
    private var ciphertext: [UInt8] = []
    private var request: [UInt8]

    struct Answer {
        let status: Int
        let head: String
        let body: String

        var json: JSON? { try? JSON(parsing: Array(body.utf8)) }
    }

    private init(_ request: String) { self.request = Array(request.utf8) }

    static func ask(
        _ method: String, _ path: String, bearer: String? = nil, at target: Target, trusting trust: Trust,
        on station: Station
    ) -> Answer? {
        let fields =
            (bearer.map { "Authorization: Bearer \($0)\r\n" } ?? "") + (method == "POST" ? "Content-Length: 0\r\n" : "")
        let question = WebQuestion(
            "\(method) \(path) HTTP/1.1\r\nHost: \(target.host)\r\n\(fields)Connection: close\r\n\r\n")
        do {
            if target.transport == .tls {
                let context = try Context(trusting: trust, over: .stream, protocols: ["http/1.1"], onlyJudges: true)
                question.session = Session(connecting: context, to: target.host)
            }
            question.stream = try Engine.Stream(connectingTo: target.endpoint, on: station.loop, owner: question)
        } catch { return nil }
        if question.session == nil { question.stream?.send(question.request) } else { question.hear(Span()) }
        station.wait(atMost: Caller.patience) { question.isOver }
        question.stream?.abort()
        return question.answer
    }

    private var answer: Answer? {
        let whole = String(decoding: text, as: UTF8.self)
        guard let gap = whole.firstRange(of: "\r\n\r\n"), let status = Int(whole.dropFirst(9).prefix(3)) else {
            return nil
        }
        return Answer(status: status, head: String(whole[..<gap.lowerBound]), body: String(whole[gap.upperBound...]))
    }

    func received(_ bytes: Span<UInt8>, on stream: Engine.Stream) {
        if session == nil { text += bytes.array } else { hear(bytes) }
    }

    func peerFinished(_ stream: Engine.Stream) { isOver = true }
    func closed(_ stream: Engine.Stream, because end: Engine.Stream.End) { isOver = true }

    private func hear(_ bytes: Span<UInt8>) {
        ciphertext += bytes.array
        var (plaintext, answer) = ([UInt8](repeating: 0, count: 32_768), [UInt8](repeating: 0, count: 32_768))
        while true {
            var room = plaintext.mutableSpan
            var reply = answer.mutableSpan
            guard let progress = session?.receive(ciphertext.span, plaintext: &room, answer: &reply) else { return }
            if progress.answer > 0 { stream?.send(answer.span.extracting(0..<progress.answer)) }
            ciphertext.removeFirst(progress.consumed)
            text += plaintext[..<progress.plaintext]
            if session?.isWritable == true, !request.isEmpty {
                var room = answer.mutableSpan
                let written = session?.send(request.span, into: &room).written ?? 0
                request = []
                stream?.send(answer.span.extracting(0..<written))
            }
            switch session?.state {
            case .failed, .finished: return isOver = true
            default: break
            }
            guard progress.hasMore, progress.consumed + progress.plaintext + progress.answer > 0 else { return }
        }
    }
}
