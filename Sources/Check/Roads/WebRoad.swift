// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import TLS
internal import Wire

/// A connection to a web server: bytes there and back over TCP or TLS.
final class WebRoad: StreamOwner {
    /// Everything that the server has said, and not yet been taken away.
    var heard: [UInt8] = []
    private(set) var isOver = false
    /// Why nothing more is heard, where that is not the end of an answer.
    private(set) var obstacle: Obstacle?
    private var stream: Engine.Stream?
    private var session: Session?
    private var ciphertext: [UInt8] = []
    /// What is to be said once the session stands.
    private var unsaid: [UInt8] = []
    private unowned let station: Station

    init(to target: Target, trusting trust: Trust, on station: Station) {
        self.station = station
        do {
            if target.transport == .tls {
                let context = try Context(trusting: trust, over: .stream, protocols: ["http/1.1"], onlyJudges: true)
                session = Session(connecting: context, to: target.host)
            }
            stream = try Engine.Stream(connectingTo: target.endpoint, on: station.loop, owner: self)
            if session != nil { hear(Span()) }
        } catch let errno as Errno {
            end(because: Obstacle(errno))
        } catch { end(because: .cannotAsk("\(error)")) }
    }

    func say(_ bytes: [UInt8]) {
        guard session != nil else {
            stream?.send(bytes)
            return
        }
        unsaid += bytes
        sayRest()
    }

    /// Waits until the server has said enough, or says no more; whether it is enough.
    func wait(until isEnough: ([UInt8]) -> Bool) -> Bool {
        station.wait(atMost: Caller.patience) { isOver || isEnough(heard) }
        return isEnough(heard)
    }

    func close() { stream?.abort() }

    func received(_ bytes: Span<UInt8>, on stream: Engine.Stream) {
        if session == nil { heard += bytes.array } else { hear(bytes) }
    }

    func peerFinished(_ stream: Engine.Stream) { isOver = true }
    func closed(_ stream: Engine.Stream, because end: Engine.Stream.End) { self.end(because: Obstacle(end)) }

    private func end(because obstacle: Obstacle) { (isOver, self.obstacle) = (true, self.obstacle ?? obstacle) }

    private func hear(_ bytes: Span<UInt8>) {
        ciphertext += bytes.array
        var (plaintext, answer) = ([UInt8](repeating: 0, count: 32_768), [UInt8](repeating: 0, count: 32_768))
        while true {
            var room = plaintext.mutableSpan
            var reply = answer.mutableSpan
            guard let progress = session?.receive(ciphertext.span, plaintext: &room, answer: &reply) else { return }
            if progress.answer > 0 { stream?.send(answer.span.extracting(0..<progress.answer)) }
            ciphertext.removeFirst(progress.consumed)
            heard += plaintext[..<progress.plaintext]
            sayRest()
            switch session?.state {
            case .failed(let failure): return end(because: .noSession(failure))
            case .finished: return isOver = true
            default: break
            }
            guard progress.hasMore, progress.consumed + progress.plaintext + progress.answer > 0 else { return }
        }
    }

    private func sayRest() {
        guard session?.isWritable == true, !unsaid.isEmpty else { return }
        var ciphertext = [UInt8](repeating: 0, count: 32_768)
        var room = ciphertext.mutableSpan
        guard let (taken, written) = session?.send(unsaid.span, into: &room) else { return }
        unsaid.removeFirst(taken)
        stream?.send(ciphertext.span.extracting(0..<written))
    }
}
