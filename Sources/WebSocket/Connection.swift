// SPDX-License-Identifier: Apache-2.0
package import Wire

/// The server's side of one WebSocket after the handshake, as a machine without a socket (RFC 6455).
///
/// After every `handle` drain ``nextOutput()`` until it returns nil, then sleep no longer than ``deadline``. However the
/// bytes are cut, the outputs are the same.
package struct Connection: ~Copyable {
    package enum Input: Hashable, Sendable {
        /// UTF-8.
        case sendText([UInt8])
        case sendBinary([UInt8])
        /// Ends the conversation; what the peer still says is not heard.
        case close(CloseCode, reason: String = "")
        /// The peer's stream is over.
        case end
        /// The deadline has passed.
        case timeout
    }

    package enum Output: Hashable, Sendable {
        /// Valid UTF-8.
        case text([UInt8])
        case binary([UInt8])
        case send([UInt8])
        /// The conversation is over, whoever ended it; told once, and no message follows.
        case closed(CloseCode)
        /// Send what is to be sent, then close the stream; nothing follows.
        case disconnect
    }

    private enum Phase { case open, closing, done }

    let limits: Limits
    private var phase = Phase.open
    var assembly: Assembly
    private var messages: TokenBucket
    private var controls: TokenBucket
    private var nextPing: Instant
    private var lastFrame: Instant
    private var closingEnds: Instant?
    private var outputs: [Output] = []
    private var drained = 0

    package init(limits: Limits, now: Instant) {
        self.limits = limits
        assembly = Assembly(limits: limits)
        messages = TokenBucket(limits.messageRate, every: .seconds(1), burst: limits.messageBurst)
        controls = TokenBucket(limits.controlRate, every: .seconds(1), burst: limits.controlRate)
        nextPing = now + limits.pingInterval
        lastFrame = now
    }

    /// Bytes of a message that is not complete.
    package var held: Int { assembly.held }

    /// When to call `handle(.timeout)`, unless something else comes first.
    package var deadline: Instant? {
        switch phase {
        case .open: min(nextPing, lastFrame + limits.silence)
        case .closing: closingEnds
        case .done: nil
        }
    }

    /// What happened, oldest first; nil when there is nothing more.
    package mutating func nextOutput() -> Output? {
        guard drained < outputs.count else {
            outputs.removeAll(keepingCapacity: true)
            drained = 0
            return nil
        }
        defer { drained += 1 }
        return outputs[drained]
    }

    /// Takes bytes from the peer.
    package mutating func handle(received bytes: Span<UInt8>, now: Instant) {
        var index = 0
        while index < bytes.count {
            guard phase != .done else { return }
            do throws(Violation) {
                index += try assembly.take(payloadOf: bytes, from: index)
                guard index < bytes.count else { return }
                let byte = bytes[index]
                index += 1
                guard let frame = try assembly.take(byte) else { continue }
                lastFrame = now
                handle(frame, now: now)
            } catch {
                // While closing, nothing that the peer sends is worth another word.
                if phase == .open { close(error.code, reason: error.reason, now: now) }
                return disconnect()
            }
        }
    }

    package mutating func handle(_ input: Input, now: Instant) {
        switch (phase, input) {
        case (.open, .sendText(let text)): outputs.append(.send(ServerFrame.bytes(.text, text)))
        case (.open, .sendBinary(let bytes)): outputs.append(.send(ServerFrame.bytes(.binary, bytes)))
        case (.open, .close(let code, let reason)): close(code, reason: reason, now: now)
        case (.open, .end):
            outputs.append(.closed(.lost))
            disconnect()
        case (.open, .timeout):
            if lastFrame + limits.silence <= now {
                close(.timedOut, reason: "no frame came", now: now)
                disconnect()
            } else if nextPing <= now {
                outputs.append(.send(ServerFrame.bytes(.ping, [])))
                nextPing = now + limits.pingInterval
            }
        case (.closing, .end): disconnect()
        case (.closing, .timeout): if let closingEnds, closingEnds <= now { disconnect() }
        case (.closing, .sendText), (.closing, .sendBinary), (.closing, .close), (.done, _): return
        }
    }

    private mutating func handle(_ frame: Assembly.Complete, now: Instant) {
        switch (phase, frame) {
        case (.open, .text(let bytes)):
            guard messages.take(now: now) else { return close(.tooFast, reason: "too many messages", now: now) }
            outputs.append(.text(bytes))
        case (.open, .binary(let bytes)):
            guard messages.take(now: now) else { return close(.tooFast, reason: "too many messages", now: now) }
            outputs.append(.binary(bytes))
        case (.open, .ping(let payload)):
            guard controls.take(now: now) else { return close(.tooFast, reason: "too many pings", now: now) }
            outputs.append(.send(ServerFrame.bytes(.pong, payload)))
        case (.open, .pong):
            guard controls.take(now: now) else { return close(.tooFast, reason: "too many pongs", now: now) }
        case (.open, .fragment), (.closing, .fragment), (.closing, .text), (.closing, .binary), (.closing, .ping),
            (.closing, .pong):
            return
        case (.open, .close(let code)):
            // The code goes back as it came (RFC 6455 §5.5.1).
            var payload: [UInt8] = []
            if code != .none { payload.append(bigEndian: code.rawValue) }
            outputs.append(.send(ServerFrame.bytes(.close, payload)))
            outputs.append(.closed(code))
            disconnect()
        case (.closing, .close): disconnect()
        case (.done, _): return
        }
    }

    /// Says goodbye and waits for the answer.
    private mutating func close(_ code: CloseCode, reason: String, now: Instant) {
        var payload: [UInt8] = []
        payload.append(bigEndian: code.isSendable ? code.rawValue : CloseCode.protocolError.rawValue)
        // 123 bytes are left for the reason; none of its characters is cut in half.
        var room = 123
        for scalar in reason.unicodeScalars {
            let bytes = UTF8.encode(scalar).map(Array.init) ?? []
            guard bytes.count <= room else { break }
            payload += bytes
            room -= bytes.count
        }
        outputs.append(.send(ServerFrame.bytes(.close, payload)))
        outputs.append(.closed(code))
        phase = .closing
        closingEnds = now + limits.closingTime
    }

    private mutating func disconnect() {
        outputs.append(.disconnect)
        phase = .done
        assembly = Assembly(limits: limits)
    }
}
