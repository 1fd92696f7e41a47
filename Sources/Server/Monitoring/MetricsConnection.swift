// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import HTTP
internal import Wire

/// One reader of the metrics, over HTTP: the path of the metrics, and `/`, which says that the server lives.
final class MetricsConnection: StreamOwner {
    private let stream: Stream
    private let path: String
    private let office: Office
    private unowned let loop: Loop
    private var http: HTTP.Connection
    private var timer: Timer?

    init(on stream: Stream, path: String, _ office: Office, _ loop: Loop) {
        (self.stream, self.path, self.office, self.loop) = (stream, path, office, loop)
        http = HTTP.Connection(now: loop.now)
        timer = Timer(on: loop) { [weak self] in
            guard let self else { return }
            http.handle(.timeout, now: self.loop.now)
            drain()
        }
    }

    func open() throws(Errno) {
        try stream.open(owner: self)
        timer?.arm(at: http.deadline)
    }

    func received(_ bytes: Span<UInt8>, on stream: Stream) {
        http.handle(received: bytes, now: loop.now)
        drain()
    }

    func peerFinished(_ stream: Stream) {
        http.handle(.end, now: loop.now)
        drain()
    }

    func closed(_ stream: Stream, because end: Stream.End) { timer?.arm(at: nil) }

    private func drain() {
        while let output = http.nextOutput() {
            switch output {
            case .request(let request): answer(request)
            case .send(let bytes): if !stream.send(bytes) { stream.abort() }
            case .close, .upgraded: stream.finish()
            }
        }
        timer?.arm(at: stream.isOpen ? http.deadline : nil)
    }

    private func answer(_ request: Request) {
        guard request.method == .get || request.method == .head else {
            return give(Response(.methodNotAllowed, type: "text/plain", body: Array("only GET\n".utf8)))
        }
        switch request.target.rawPath {
        case path:
            office.report { [weak self] report in
                self?.give(
                    Response(
                        .ok, type: "text/plain; version=0.0.4; charset=utf-8", body: Array(Metrics.text(report).utf8)))
            }
        case "/": give(Response(.ok, type: "text/plain", body: Array("ok\n".utf8)))
        default: give(Response(.notFound, type: "text/plain", body: Array("metrics are at \(path)\n".utf8)))
        }
    }

    private func give(_ response: Response) {
        http.answer(response, now: loop.now)
        drain()
    }
}
