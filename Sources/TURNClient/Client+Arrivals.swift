// SPDX-License-Identifier: Apache-2.0

internal import STUN
package import Wire

extension Client {
    /// Takes one message from the server: a datagram, or what `STUN.Frame` cut out of the stream.
    package mutating func receive(_ bytes: Span<UInt8>, now: Instant) -> Arrival {
        if bytes.count >= 4, bytes[0] >> 6 == 1 { return channelData(bytes) }
        guard let message = try? Message(parsing: bytes) else { return .ignored(.notUnderstood) }
        switch message.header.kind {
        case .indication where message.header.method == .data: return data(message, bytes)
        case .success, .failure: return answer(message, bytes, now: now)
        case .indication, .request: return .ignored(.notUnderstood)
        }
    }

    /// ChannelData (RFC 8656 §12.6).
    private func channelData(_ bytes: Span<UInt8>) -> Arrival {
        guard let number: UInt16 = bytes.integer(at: 0), let length: UInt16 = bytes.integer(at: 2),
            Int(length) <= bytes.count - 4, let channel = channels.first(where: { $0.number == number })
        else { return .ignored(.notUnderstood) }
        return .data(from: channel.peer, payload: 4..<4 + Int(length))
    }

    /// A Data indication (RFC 8656 §11.4).
    private func data(_ message: Message, _ bytes: Span<UInt8>) -> Arrival {
        guard let peer = try? message.xorAddress(.xorPeerAddress, in: bytes), let place = message.place(of: .data)
        else {
            return .ignored(.notUnderstood)
        }
        return .data(from: peer, payload: place)
    }

    private mutating func answer(_ message: Message, _ bytes: Span<UInt8>, now: Instant) -> Arrival {
        guard
            let index = exchanges.firstIndex(where: {
                $0.transaction == message.header.transaction && $0.request.method == message.header.method
            })
        else { return .ignored(.notAsked) }
        let exchange = exchanges[index]
        guard isBelievable(message, bytes, answering: exchange) else { return .ignored(.notAuthentic) }
        if message.header.kind == .success {
            exchanges.remove(at: index)
            let facts = Answer.Facts(message, bytes, usedSHA256: usedSHA256(exchange))
            note(facts, of: exchange, now: now)
            finish(exchange, .success(facts), received: bytes.count, now: now)
            return .answer
        }
        let code = ((try? message.errorCode(in: bytes)) ?? nil) ?? .serverError
        do throws(Challenge.Flaw) {
            if let renewed = try renewed(exchange, because: code, message, bytes) {
                exchanges.remove(at: index)
                begin(renewed, now: now)
                return .answer
            }
        } catch {
            // A challenge that cannot be met is a refusal; one that somebody made weaker is not believed.
            if error == .bidDown { return .ignored(.bidDown) }
        }
        exchanges.remove(at: index)
        let refusal = Answer.Refusal(code, message, bytes, wasSigned: exchange.signedFor != nil)
        lose(exchange, because: code)
        finish(exchange, .refused(refusal), received: bytes.count, now: now)
        return .answer
    }

    private func usedSHA256(_ exchange: Exchange) -> Bool {
        guard let account, let challenge = exchange.signedFor else { return false }
        return challenge.usesSHA256(account)
    }

    /// Whether an answer may be the server's own: what was asked with a signature is answered with one (RFC 8489 §9.2.5).
    private func isBelievable(_ message: Message, _ bytes: Span<UInt8>, answering exchange: Exchange) -> Bool {
        guard let account, let challenge = exchange.signedFor else { return true }
        let key = challenge.key(of: account)
        let integrity: Integrity = challenge.usesSHA256(account) ? .sha256 : .sha1
        if message.has(integrity.type) { return message.isAuthentic(integrity, key: key, in: bytes) }
        // A server that does not know the key, or could not read the request, cannot sign its refusal.
        return message.header.kind == .failure
    }

    /// The request with what a challenge wants; nil when it was refused for good.
    private mutating func renewed(
        _ exchange: Exchange, because code: ErrorCode, _ message: Message, _ bytes: Span<UInt8>
    ) throws(Challenge.Flaw) -> Exchange? {
        guard account != nil, exchange.request.method != .binding else { return nil }
        switch code {
        case .unauthenticated:
            let fresh = try Challenge(message, bytes)
            // The same realm a second time: name or password are wrong.
            guard exchange.signedFor.map({ $0.realm != fresh.realm }) ?? true, exchange.renewals < 3 else { return nil }
            challenge = fresh
        case .staleNonce:
            let fresh = try Challenge(message, bytes)
            guard exchange.renewals < 3 else { return nil }
            challenge = fresh
        default: return nil
        }
        var renewed = exchange
        renewed.renewals += 1
        return renewed
    }
}

extension Answer.Facts {
    init(_ message: Message, _ bytes: Span<UInt8>, usedSHA256: Bool) {
        mapped =
            ((try? message.xorAddress(.xorMappedAddress, in: bytes)) ?? nil)
            ?? message.place(of: .mappedAddress).flatMap { try? Message.address(.mappedAddress, at: $0, in: bytes) }
        var relayed: [Endpoint] = []
        try? message.forEach(.xorRelayedAddress, in: bytes) { place throws(DecodeError) in
            relayed.append(
                try Message.xorAddress(.xorRelayedAddress, at: place, message.header.transaction, in: bytes))
        }
        self.relayed = relayed
        lifetime = (try? message.lifetime(in: bytes)) ?? nil
        reservation = (try? message.reservationToken(in: bytes)) ?? nil
        software = message.value(of: .software, in: bytes).map { String(decoding: $0, as: UTF8.self) }
        self.usedSHA256 = usedSHA256
    }
}

extension Answer.Refusal {
    init(_ code: ErrorCode, _ message: Message, _ bytes: Span<UInt8>, wasSigned: Bool) {
        self.code = code
        let value = message.value(of: .errorCode, in: bytes) ?? []
        reason = String(decoding: value.dropFirst(4), as: UTF8.self)
        realm = message.value(of: .realm, in: bytes).map { String(decoding: $0, as: UTF8.self) }
        alternate = message.place(of: .alternateServer).flatMap {
            try? Message.address(.alternateServer, at: $0, in: bytes)
        }
        self.wasSigned = wasSigned
    }
}
