// SPDX-License-Identifier: Apache-2.0
package import Wire

/// The server's side of one HTTP/1.1 connection, as a machine without a socket (RFC 9112).
///
/// After every `handle` and ``answer(_:now:)`` drain ``nextOutput()`` until it returns nil, then sleep no longer than
/// ``deadline``. Requests come one at a time: the next is not told before the last is answered. However the bytes are
/// cut, the outputs are the same.
package struct Connection: ~Copyable {
    package enum Input: Hashable, Sendable {
        /// The deadline has passed.
        case timeout
        /// The client sends no more.
        case end
    }

    package enum Output: Hashable, Sendable {
        /// To be answered with ``answer(_:now:)``, now or later.
        case request(Request)
        case send([UInt8])
        /// A 101 was sent: the connection speaks another protocol from these unread bytes on.
        case upgraded(unread: [UInt8])
        /// Send what is to be sent, then close; nothing follows.
        case close
    }

    enum Phase: Hashable {
        /// Between requests, nothing read yet; `first` until one was answered.
        case idle(first: Bool)
        case head
        case counted(left: Int)
        case chunked
        case answering
        case done
    }

    let limits: Limits
    var phase = Phase.idle(first: true)
    var scanner = HeadScanner()
    var chunks = ChunkedBody()
    /// The request that is being read or answered.
    var request: Request?
    /// What came of its body, and how long that may get.
    var body: [UInt8] = []
    var longestBody = 0
    /// Whether a body may be longer than ``Limits/body``, on the paths where some may.
    package var takesLongBodies = true
    /// What came behind a request that is not answered yet.
    private var unread: [UInt8] = []
    private var hasEnded = false
    private var outputs: [Output] = []
    private var drained = 0

    /// Bytes of a request that is not complete, or that waits behind another.
    package var held: Int { body.count + unread.count }

    /// When to call `handle(.timeout)`, unless something else comes first.
    package internal(set) var deadline: Instant?

    package init(limits: Limits = .standard, now: Moment) {
        self.limits = limits
        deadline = now.instant + limits.headTime
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

    /// Takes bytes from the client.
    package mutating func handle(received bytes: Span<UInt8>, now: Moment) {
        var index = 0
        while index < bytes.count {
            switch phase {
            case .answering:
                let rest = bytes.array(index..<bytes.count)
                guard unread.count + rest.count <= limits.pipeline else { return close() }
                unread += rest
                return
            case .done: return
            case .counted(let left):
                let count = min(left, bytes.count - index)
                body += bytes.array(index..<index + count)
                index += count
                phase = .counted(left: left - count)
                if left == count { endRequest() }
            case .chunked where chunks.left > 0:
                let count = min(chunks.left, bytes.count - index)
                body += bytes.array(index..<index + count)
                index += count
                chunks.skip(count)
            case .idle, .head, .chunked:
                do throws(Refusal) {
                    try take(bytes[index], now: now)
                } catch {
                    refuse(error, now: now)
                }
                index += 1
            }
        }
    }

    package mutating func handle(_ input: Input, now: Moment) {
        switch (phase, input) {
        case (.done, _): return
        case (.answering, .end): hasEnded = true
        case (_, .end): close()
        case (_, .timeout):
            guard let deadline, deadline <= now.instant else { return }
            switch phase {
            case .idle: close()
            case .head: refuse(.headTimedOut, now: now)
            case .counted, .chunked: refuse(.bodyTimedOut, now: now)
            case .answering, .done: return
            }
        }
    }

    /// Answers the request that was told last; ignored when there is none, as after the client went away.
    package mutating func answer(_ response: Response, now: Moment) {
        guard phase == .answering, let request else { return }
        let switches = response.status == .switchingProtocols
        let closes = response.closes || !request.keepsAlive || chunks.isUnusual || hasEnded && unread.isEmpty
        outputs.append(.send(response.head(time: now.time, closing: closes && !switches)))
        if request.method != .head, !response.status.isBodiless, !response.body.isEmpty {
            outputs.append(.send(response.body))
        }
        self.request = nil
        if switches {
            outputs.append(.upgraded(unread: unread))
            finish()
        } else if closes {
            close()
        } else {
            phase = .idle(first: false)
            deadline = now.instant + limits.idleTime
            let bytes = unread
            unread = []
            handle(received: bytes.span, now: now)
            // A client that closed its half is heard out, and no longer.
            if hasEnded, phase != .answering { handle(.end, now: now) }
        }
    }

    mutating func emit(_ output: Output) { outputs.append(output) }

    /// Says why, and closes: after a request that cannot be read nobody knows where the next begins.
    private mutating func refuse(_ refusal: Refusal, now: Moment) {
        let response = Problem(refusal.status, refusal.detail).response
        outputs.append(.send(response.head(time: now.time, closing: true)))
        if request?.method != .head { outputs.append(.send(response.body)) }
        close()
    }

    private mutating func close() {
        outputs.append(.close)
        finish()
    }

    private mutating func finish() {
        phase = .done
        deadline = nil
        request = nil
        body = []
        unread = []
    }
}
