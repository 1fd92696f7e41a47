// SPDX-License-Identifier: Apache-2.0
internal import STUN
internal import Wire

extension Relay {
    /// Tells a client its address (RFC 8489 §2): 32 bytes over IPv4, 44 over IPv6, and where NAT behaviour is discovered
    /// twice as many (RFC 5780 §6.1).
    func bindingSucceeds(
        _ request: Request, _ bytes: Span<UInt8>, _ addressee: Addressee
    ) throws(Refusal) {
        let other = discovery(for: request.flow)
        let course = try other.map { other throws(Refusal) in try Course(request, bytes, other: other) }
        if let course { try admit(course, instead: request.flow) }
        guard addressee.identity != nil || mayAnswerStranger(request.flow, addressee.now) else { return }
        counts.bindings &+= 1
        replies.begin(.success, .binding, addressee.transaction)
        replies.append(.xorMappedAddress, xorAddress: request.flow.client)
        if other != nil || settings.mappedAddress { replies.append(.mappedAddress, address: request.flow.client) }
        var answer = addressee
        if let other, let course {
            answer.flow = course.flow
            replies.append(.responseOrigin, address: advertised(course.flow.server))
            replies.append(.otherAddress, address: advertised(other))
            if let padding = course.padding { replies.append(padding: padding) }
        }
        appendSoftware()
        finish(answer)
    }

    /// The other address and the other port, seen from where the client asked; nil where discovery is not served.
    func discovery(for flow: Flow) -> Endpoint? {
        settings.discovery.lazy.compactMap { $0.other(than: flow.server) }.first
    }

    /// Whether the attributes of RFC 5780 are known in a request: a stream cannot be answered from elsewhere.
    func discovers(_ request: Request) -> Bool {
        request.message.header.method == .binding && request.flow.transport == .udp
            && discovery(for: request.flow) != nil
    }

    /// The way that an answer takes (RFC 5780 §6.1).
    private struct Course {
        var flow: Flow
        /// Bytes of PADDING: as many as the request had, so that nobody gets more than was sent, and an Ethernet frame's
        /// worth at most.
        let padding: Int?

        private static var mostPadding: Int { 1500 }

        init(_ request: Request, _ bytes: Span<UInt8>, other: Endpoint) throws(Refusal) {
            let message = request.message
            let change = try Refusal.reading { () throws(DecodeError) in try message.changeRequest(in: bytes) }
            let port = try Refusal.reading { () throws(DecodeError) in try message.responsePort(in: bytes) }
            padding = message.place(of: .padding).map { min($0.count, Self.mostPadding) & ~3 }
            guard port == nil || padding == nil else { throw Refusal(.badRequest, "RESPONSE-PORT with PADDING") }
            flow = request.flow
            // Streams come here without any of the three, which are refused as unknown over them.
            flow.server = flow.server.changed(change ?? [], to: other)
            if let port { flow.client.port = port }
        }
    }

    /// Refuses an answer to a port that no client asks from.
    private func admit(_ course: Course, instead flow: Flow) throws(Refusal) {
        guard course.flow.client == flow.client || mayAnswer(course.flow) else {
            throw Refusal(.badRequest, "RESPONSE-PORT \(course.flow.client.port)")
        }
    }

    /// A message of RFC 3489: a Binding request, answered from where it was sent to, and where NAT behaviour is discovered
    /// from the other address or port that it asks for (RFC 3489 §8.1).
    ///
    /// An answer from another address is what reflectors are made of, so elsewhere who asks for one gets none; and
    /// RESPONSE-ADDRESS is followed nowhere.
    func receiveClassic(_ message: Message, _ bytes: Span<UInt8>, on flow: Flow, now: Moment) -> Outcome {
        guard settings.answersBinding else { return .dropped(.unexpected) }
        if flow.transport == .dtls { return refuseClassic(message, on: flow) }
        guard settings.rfc3489, !settings.authenticatesBinding, message.header.kind == .request,
            message.header.method == .binding,
            !flow.transport.isStream, flow.client.port != 0, !message.has(.responseAddress)
        else { return .dropped(.notUnderstood) }
        guard let change = try? message.changeRequest(in: bytes) ?? [] else { return .dropped(.notUnderstood) }
        let other = discovery(for: flow)
        guard change.isDisjoint(with: [.address, .port]) || other != nil else { return .dropped(.notUnderstood) }
        guard other == nil || mayAnswer(flow) else { return .dropped(.unexpected) }
        guard mayAnswerStranger(flow, now) else { return .dropped(.overUnauthenticatedRate) }
        counts.bindings &+= 1
        replies.begin(.success, .binding, message.header.transaction, cookie: message.header.cookie)
        replies.append(.mappedAddress, address: flow.client)
        var way = flow
        if let other {
            way.server = flow.server.changed(change, to: other)
            replies.append(.sourceAddress, address: advertised(way.server))
            replies.append(.changedAddress, address: advertised(other))
        }
        outputs.append(.reply(to: way, bytes: replies.message))
        return .queued
    }

    /// DTLS is not for RFC 3489: there its requests are answered with 500, and its indications not at all (RFC 8489 §11).
    private func refuseClassic(_ message: Message, on flow: Flow) -> Outcome {
        guard message.header.kind == .request else { return .dropped(.notUnderstood) }
        replies.begin(.failure, message.header.method, message.header.transaction, cookie: message.header.cookie)
        replies.append(ErrorCode.serverError, withReason: false)
        outputs.append(.reply(to: flow, bytes: replies.message))
        return .queued
    }
}
