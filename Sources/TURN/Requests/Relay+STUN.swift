// SPDX-License-Identifier: Apache-2.0
internal import Addresses
internal import STUN
internal import Wire

extension Relay {
    /// The attributes that this server understands, each in its place or not; what else is required is refused with 420.
    static let known = AttributeSet([
        .mappedAddress, .username, .messageIntegrity, .errorCode, .unknownAttributes, .channelNumber, .lifetime,
        .xorPeerAddress, .data, .realm, .nonce, .xorRelayedAddress, .requestedAddressFamily, .evenPort,
        .requestedTransport, .dontFragment, .messageIntegritySHA256, .passwordAlgorithm, .userhash,
        .xorMappedAddress, .reservationToken, .accessToken, .connectionID,
    ])

    /// These too, where NAT behaviour is discovered (RFC 5780 §7).
    private static let knownInDiscovery = AttributeSet(
        known, and: [.changeRequest, .responsePort, .padding])

    /// A STUN message from a client (RFC 8489 §6.3).
    func receiveSTUN(_ bytes: Span<UInt8>, on flow: Flow, now: Moment) -> Outcome {
        guard let message = try? Message(parsing: bytes) else { return .dropped(.malformed) }
        if message.header.isClassic { return receiveClassic(message, bytes, on: flow, now: now) }
        if message.fingerprintFits(in: bytes) == false { return .dropped(.wrongFingerprint) }
        switch (message.header.kind, message.header.method) {
        case (.indication, .send):
            return receiveSend(message, bytes, on: flow, now: now)
        case (.request, .binding), (.request, .allocate), (.request, .refresh), (.request, .createPermission),
            (.request, .channelBind), (.request, .connect), (.request, .connectionBind):
            guard mayAnswer(flow), settings.answersBinding || message.header.method != .binding else {
                return .dropped(.unexpected)
            }
            if isBehind, isStrangers(message, on: flow) { return .dropped(.shed) }
            if let worker = elsewhere(message, bytes, on: flow) { return .belongs(toWorker: worker) }
            return answer(Request(message: message, flow: flow, now: now, slot: current(flow, now)), bytes)
        case (.request, _), (.indication, _), (.success, _), (.failure, _):
            return .dropped(.unexpected)
        }
    }

    private func answer(_ request: Request, _ bytes: Span<UInt8>) -> Outcome {
        let message = request.message
        let before = outputs.count
        var addressee = Addressee(
            flow: request.flow, now: request.now, method: message.header.method,
            transaction: message.header.transaction, wantsFingerprint: message.has(.fingerprint))
        addressee.realm = realmToAsk(message, bytes)
        if settings.checksOrigin { addressee.origin = message.value(of: .origin, in: bytes) ?? [] }
        do throws(Refusal) {
            if message.header.method == .binding, !settings.authenticatesBinding {
                try checkUnknown(request)
                try bindingSucceeds(request, bytes, addressee)
                return answered(since: before)
            }
            // Authentication comes before everything that an attribute may ask for (RFC 8489 §6.3).
            let identity: Identity
            switch try authenticate(request, bytes, addressee) {
            case .proven(let proven): identity = proven
            case .challenged: return answered(since: before)
            case .unknownYet: return request.flow.transport.isStream ? .postponed : .dropped(.inProgress)
            case .elsewhere(let worker): return .elsewhere(worker: worker)
            }
            addressee.identity = identity
            try checkUnknown(request)
            try checkOrigin(request, addressee)
            switch message.header.method {
            case .binding: try bindingSucceeds(request, bytes, addressee)
            case .allocate: return try allocate(request, bytes, identity, addressee)
            case .refresh: return try refresh(request, bytes, identity, addressee)
            case .createPermission: try createPermission(request, bytes, identity, addressee)
            case .connect: try connect(request, bytes, identity, addressee)
            case .connectionBind: try connectionBind(request, bytes, identity, addressee)
            default: try channelBind(request, bytes, identity, addressee)
            }
        } catch {
            if error.cause == .roomScope, !isResuming { return .untold }
            refuse(addressee, error)
        }
        return answered(since: before)
    }

    /// That there is something to do, or that a stranger has had enough answers.
    private func answered(since before: Int) -> Outcome {
        outputs.count > before ? .queued : .dropped(.overUnauthenticatedRate)
    }

    private func checkUnknown(_ request: Request) throws(Refusal) {
        var unknown = request.message.unknownRequired(
            except: discovers(request) ? Self.knownInDiscovery : Self.known)
        if !settings.canForbidFragments, request.message.has(.dontFragment) { unknown.append(.dontFragment) }
        if settings.credentials.thirdParty == nil, request.message.has(.accessToken) { unknown.append(.accessToken) }
        if !unknown.isEmpty { throw Refusal(.unknownAttribute, unknown: unknown) }
    }

    /// Whether a request shows no credentials and comes from where no allocation is.
    private func isStrangers(_ message: Message, on flow: Flow) -> Bool {
        flow.transport == .udp && !message.has(.messageIntegrity) && !message.has(.messageIntegritySHA256)
            && find(flow) == nil
    }

    /// The flow's allocation; one that has run out is ended first, `.tick` or not.
    private func current(_ flow: Flow, _ now: Moment) -> UInt32? {
        guard let slot = find(flow) else { return nil }
        guard allocations[slot].state == .active, now.instant >= allocations[slot].expiry else { return slot }
        end(slot, because: .expired, now: now)
        return nil
    }

    /// Whether another answer may go to a client that has proven nothing: who has an allocation or a stream is known,
    /// everybody else may be a forged address.
    func mayAnswerStranger(_ flow: Flow, _ now: Moment) -> Bool {
        guard flow.transport == .udp, find(flow) == nil else { return true }
        guard !isBehind else {
            counts.withheld &+= 1
            return false
        }
        let isAdmitted = strangers.admit(
            flow.client.address, perSecond: settings.strangerAnswersPerSecond, burst: settings.strangerBurst,
            now: now.instant)
        if !isAdmitted { counts.withheld &+= 1 }
        return isAdmitted
    }

    /// Whether an answer may be sent there: not to nobody, and not to this server itself, which would make a loop.
    func mayAnswer(_ flow: Flow) -> Bool {
        guard flow.client.port != 0 else { return false }
        guard settings.addresses.contains(flow.client.address) else { return true }
        let own = local(flow.client)
        return !settings.peerPolicy.isListener(own) && datagramOwner(of: own) == nil && live.scope(own) == nil
    }

    /// The slot of the request's allocation, owned by whoever sent the request (RFC 8656 §5), who is where it came from.
    func owned(_ request: Request, by identity: Identity) throws(Refusal) -> UInt32 {
        let slot = try found(request, by: identity)
        if allocations[slot].nextFlow == request.flow { move(slot) }
        return slot
    }

    /// The slot of the request's allocation, owned by whoever sent the request.
    func found(_ request: Request, by identity: Identity) throws(Refusal) -> UInt32 {
        guard let slot = request.slot, allocations[slot].state == .active else {
            throw Refusal(.allocationMismatch, "the client has no allocation")
        }
        guard isOwner(identity, of: slot) else {
            throw Refusal(.wrongCredentials, "the allocation belongs to somebody else")
        }
        return slot
    }

    /// Whether an allocation is of whoever sent a request.
    func isOwner(_ identity: Identity, of slot: UInt32) -> Bool {
        // A client comes back with another token, maybe under the next key (RFC 7635 §9).
        let isRenewal = identity.until != nil && allocations[slot].authorizedUntil != nil
        return (allocations[slot].user == identity.user || isRenewal) && allocations[slot].realm == identity.realm
    }
}
