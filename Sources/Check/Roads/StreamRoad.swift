// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import STUN
internal import TLS
internal import Wire

/// Over TCP or TLS.
final class StreamRoad: Road, StreamOwner {
    private var stream: Engine.Stream?
    private var session: Session?
    private var ciphertext: [UInt8] = []
    private var unread: [UInt8] = []
    private var isAnswered = false
    private var scratch = [UInt8](repeating: 0, count: 32_768)
    private var plaintext = [UInt8](repeating: 0, count: 32_768)

    init(opening target: Target, trusting trust: Trust, naming protocols: [String], on station: Station) {
        super.init(to: target, on: station)
        do {
            if target.transport == .tls {
                let context = try Context(trusting: trust, over: .stream, protocols: protocols, onlyJudges: true)
                session = Session(connecting: context, to: target.host)
            }
            stream = try Engine.Stream(connectingTo: target.endpoint, on: station.loop, owner: self)
            stream?.deadline = station.loop.now.instant + .seconds(120)
            if session != nil { hear(Span()) }
        } catch let errno as Errno {
            fail(Obstacle(errno))
        } catch { fail(.cannotAsk("\(error)")) }
    }

    func connected(_ stream: Engine.Stream) { if session == nil { open() } }

    override func send(_ message: [UInt8]) {
        guard state == .open else { return }
        guard session != nil else {
            stream?.send(message)
            return
        }
        var rest = message.span.extracting(0...)
        while !rest.isEmpty {
            var room = scratch.mutableSpan
            guard let (taken, written) = session?.send(rest, into: &room), taken > 0 else { return }
            stream?.send(scratch.span.extracting(0..<written))
            rest = rest.extracting(taken...)
        }
    }

    override func close() { stream?.abort() }

    func received(_ bytes: Span<UInt8>, on stream: Engine.Stream) {
        if session == nil { cut(bytes) } else { hear(bytes) }
    }

    /// A server that says no more is not asked any more.
    func peerFinished(_ stream: Engine.Stream) { fail(.closed) }

    func closed(_ stream: Engine.Stream, because end: Engine.Stream.End) {
        fail(Obstacle(end))
    }

    private func hear(_ bytes: Span<UInt8>) {
        for index in bytes.indices { ciphertext.append(bytes[index]) }
        while true {
            var room = plaintext.mutableSpan
            var reply = scratch.mutableSpan
            guard let progress = session?.receive(ciphertext.span, plaintext: &room, answer: &reply) else { return }
            if progress.answer > 0 { stream?.send(scratch.span.extracting(0..<progress.answer)) }
            ciphertext.removeFirst(progress.consumed)
            settle()
            if progress.plaintext > 0 { cut(plaintext.span.extracting(0..<progress.plaintext)) }
            guard progress.hasMore, progress.consumed + progress.plaintext + progress.answer > 0 else { return }
        }
    }

    private func settle() {
        switch session?.state {
        case .open where state == .opening:
            certificate = session?.peerCertificate ?? nil
            distrust = session?.distrust ?? nil
            cipher = session?.cipher
            open()
        case .failed(let failure): fail(.noSession(failure))
        case .finished: fail(.closed)
        case .handshaking, .open, nil: break
        }
    }

    /// Cuts messages out of the stream.
    private func cut(_ bytes: Span<UInt8>) {
        isHeard = true
        for index in bytes.indices { unread.append(bytes[index]) }
        // ChannelData comes to nobody who has not been answered: other protocols' letters look like it.
        if !isAnswered, let first = unread.first, first >> 6 != 0 { return fail(.notSTUN) }
        while case .message(let count, let advance) = STUN.Frame(startingAt: unread.span) {
            let message = Array(unread[..<count])
            unread.removeFirst(advance)
            isAnswered = true
            received(message.span)
        }
        if STUN.Frame(startingAt: unread.span) == .invalid { fail(.notSTUN) }
    }
}
