// SPDX-License-Identifier: Apache-2.0

package import Crypto
internal import STUN
package import Wire

/// A client of STUN and TURN on one flow to one server, as a machine (RFC 8489, RFC 8656).
///
/// It is given messages and the time, and says what to send and how requests ended. Challenges are answered, requests
/// repeated, and what was allocated is kept alive until ``stop(now:)``. After every call drain ``nextOutput()`` until it
/// returns nil, then sleep no longer than ``deadline``.
package struct Client: ~Copyable {
    package enum Output: Hashable, Sendable {
        /// One message for the server: a datagram, or the next bytes of the stream.
        case send([UInt8])
        case answered(Answer)
    }

    /// What a message from the server was.
    package enum Arrival: Hashable, Sendable {
        /// Payload from a peer, at this place in the message.
        case data(from: Endpoint, payload: Range<Int>)
        /// An answer to something that was asked; what came of it is an output.
        case answer
        case ignored(Reason)

        package enum Reason: Hashable, Sendable {
            /// Neither STUN nor ChannelData of a channel that is bound.
            case notUnderstood
            /// It answers nothing that is being asked.
            case notAsked
            /// Its integrity is missing or not what the password makes: somebody else's, or on its way changed.
            case notAuthentic
            /// The nonce promises password algorithms and the answer offers none (RFC 8489 §9.2.5).
            case bidDown
        }
    }

    package let account: Account?
    package let isStream: Bool
    let timing: Timing
    var random: RandomStream
    var exchanges: [Exchange] = []
    var outputs: [Output] = []
    var challenge: Challenge?
    private var asked = 0

    /// Where the server sees this client; known from the first answer that tells.
    package internal(set) var mapped: Endpoint?
    /// The relayed addresses that are this client's now: one, or one of each family.
    package internal(set) var relayed: [Endpoint] = []
    var upkeep = Upkeep()
    var channels: [(number: UInt16, peer: Endpoint)] = []

    /// - Parameters:
    ///   - account: Who to be; nil for nobody, who is refused what needs a name.
    ///   - isStream: Whether messages travel in a byte stream, where nothing is lost and ChannelData is padded.
    package init(as account: Account?, isStream: Bool, timing: Timing = Timing(), random: consuming RandomStream) {
        self.account = account
        self.isStream = isStream
        self.timing = timing
        self.random = random
    }

    /// What is to be done, oldest first; nil when there is nothing more.
    package mutating func nextOutput() -> Output? { outputs.isEmpty ? nil : outputs.removeFirst() }

    /// When to call ``tick(now:)``, unless a message comes first.
    package var deadline: Instant? {
        let waits = exchanges.map(\.deadline) + [upkeep.next].compactMap(\.self)
        return waits.min()
    }

    /// Asks the server for something; the answer bears the number that is returned.
    @discardableResult
    package mutating func ask(_ request: Request, now: Instant) -> Int {
        asked += 1
        begin(Exchange(number: asked, request: request), now: now)
        return asked
    }

    /// Gives the allocation back and keeps nothing alive any more.
    package mutating func stop(now: Instant) {
        upkeep = Upkeep()
        if !relayed.isEmpty { ask(.refresh(lifetime: 0), now: now) }
    }

    /// Repeats what was not answered, gives up what never will be, and refreshes what would run out.
    package mutating func tick(now: Instant) {
        for index in exchanges.indices.reversed() where exchanges[index].deadline <= now {
            if exchanges[index].isOver(timing, isStream: isStream) {
                let exchange = exchanges.remove(at: index)
                finish(exchange, .silence, received: 0, now: now)
            } else {
                exchanges[index].repeats += 1
                exchanges[index].deadline = now + timing.wait(after: exchanges[index].repeats)
                outputs.append(.send(exchanges[index].bytes))
            }
        }
        keepAlive(now: now)
    }

    /// A message that carries `payload` to a peer: ChannelData where a channel is bound to it, else a Send indication.
    ///
    /// - Parameter dontFragment: Forbids that it is fragmented behind the relay; takes a Send indication (RFC 8656 §11.1).
    package mutating func message(_ payload: Span<UInt8>, to peer: Endpoint, dontFragment: Bool = false) -> [UInt8] {
        if !dontFragment, let channel = channels.first(where: { $0.peer == peer })?.number {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(payload.count + 7)
            bytes.append(bigEndian: channel)
            bytes.append(bigEndian: UInt16(truncatingIfNeeded: payload.count))
            for index in payload.indices { bytes.append(payload[index]) }
            if isStream { while bytes.count % 4 != 0 { bytes.append(0) } }
            return bytes
        }
        var writer = Writer(capacity: payload.count + 128)
        writer.begin(.indication, .send, nextTransaction())
        writer.append(.xorPeerAddress, xorAddress: peer)
        if dontFragment { writer.append(.dontFragment, Span()) }
        writer.append(.data, payload)
        return writer.array
    }

    mutating func nextTransaction() -> TransactionID {
        TransactionID(high: UInt32(truncatingIfNeeded: random.next()), low: random.next())
    }
}
