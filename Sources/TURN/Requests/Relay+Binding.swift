// SPDX-License-Identifier: Apache-2.0
internal import STUN
internal import Wire

extension Relay {
    /// Tells a client its address (RFC 8489 §2): 32 bytes over IPv4, 44 over IPv6.
    mutating func bindingSucceeds(_ addressee: Addressee) {
        guard mayAnswerStranger(addressee.flow, addressee.now) else { return }
        replies.begin(.success, .binding, addressee.transaction)
        replies.append(.xorMappedAddress, xorAddress: addressee.flow.client)
        finish(addressee)
    }

    /// A message of RFC 3489: only a Binding request that asks for no other address is answered.
    mutating func receiveClassic(_ message: Message, _ bytes: Span<UInt8>, on flow: Flow, now: Moment) -> Outcome {
        if flow.transport == .dtls { return refuseClassic(message, on: flow) }
        guard settings.rfc3489, message.header.kind == .request, message.header.method == .binding,
            !flow.transport.isStream, flow.client.port != 0, !message.has(.responseAddress)
        else { return .dropped(.notUnderstood) }
        if let place = message.place(of: .changeRequest) {
            // An answer from another address is what reflectors are made of: only a request for no change is answered.
            guard place.count == 4, bytes.integer(UInt32.self, at: place.lowerBound) == 0 else {
                return .dropped(.notUnderstood)
            }
        }
        guard mayAnswerStranger(flow, now) else { return .dropped(.overUnauthenticatedRate) }
        replies.begin(.success, .binding, message.header.transaction, cookie: message.header.cookie)
        replies.append(.mappedAddress, address: flow.client)
        outputs.append(.reply(to: flow, bytes: replies.message))
        return .queued
    }

    /// DTLS is not for RFC 3489: there its requests are answered with 500, and its indications not at all (RFC 8489 §11).
    private mutating func refuseClassic(_ message: Message, on flow: Flow) -> Outcome {
        guard message.header.kind == .request else { return .dropped(.notUnderstood) }
        replies.begin(.failure, message.header.method, message.header.transaction, cookie: message.header.cookie)
        replies.append(ErrorCode.serverError, withReason: false)
        outputs.append(.reply(to: flow, bytes: replies.message))
        return .queued
    }
}
