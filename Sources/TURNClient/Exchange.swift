// SPDX-License-Identifier: Apache-2.0

internal import STUN
internal import Wire

/// A request on its way, with the transaction that it has just now: a challenge gives it a new one.
struct Exchange {
    let number: Int
    let request: Request
    var transaction = TransactionID(high: 0, low: 0)
    var bytes: [UInt8] = []
    var sentAt = Instant(nanoseconds: 0)
    /// When it is repeated or given up.
    var deadline = Instant(nanoseconds: 0)
    var repeats = 0
    /// The challenge that it was signed for; nil when it was not signed.
    var signedFor: Challenge?
    /// How often a stale nonce was replaced.
    var renewals = 0

    init(number: Int, request: Request) {
        self.number = number
        self.request = request
    }

    /// Whether the wait that just ended was the last one.
    func isOver(_ timing: Timing, isStream: Bool) -> Bool { isStream || repeats + 1 >= timing.requests }
}

extension Client {
    /// Sends a request for the first time, or again with another nonce.
    mutating func begin(_ exchange: Exchange, now: Instant) {
        var exchange = exchange
        exchange.transaction = nextTransaction()
        exchange.repeats = 0
        exchange.sentAt = now
        exchange.deadline = now + (isStream ? timing.stream : timing.wait(after: 0))
        var writer = Writer(capacity: 2048)
        writer.begin(.request, exchange.request.method, exchange.transaction)
        exchange.request.write(into: &writer)
        if exchange.request.method != .binding, let account, let challenge {
            challenge.sign(&writer, as: account)
            exchange.signedFor = challenge
        }
        exchange.bytes = writer.array
        outputs.append(.send(exchange.bytes))
        exchanges.append(exchange)
    }

    /// Tells how a request ended.
    mutating func finish(_ exchange: Exchange, _ result: Answer.Result, received: Int, now: Instant) {
        outputs.append(
            .answered(
                Answer(
                    number: exchange.number, request: exchange.request, result: result,
                    roundTrip: exchange.repeats == 0 ? now - exchange.sentAt : nil, repeats: exchange.repeats,
                    sent: exchange.bytes.count, received: received)))
    }
}
