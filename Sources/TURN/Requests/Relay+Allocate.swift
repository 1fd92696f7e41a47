// SPDX-License-Identifier: Apache-2.0
internal import Addresses
internal import Crypto
internal import STUN
internal import Wire

extension Relay {
    /// What an Allocate request asks for, once it is known to be consistent.
    struct Wish {
        var family = IPAddress.Family.v4
        var secondFamily = false
        var relaysTCP = false
        var evenPort = false
        var pair = false
        var token: UInt64?
        var lifetime: Duration
    }

    /// An Allocate request (RFC 8656 §7.2, whose steps are numbered here).
    func allocate(
        _ request: Request, _ bytes: Span<UInt8>, _ identity: Identity, _ addressee: Addressee
    ) throws(Refusal) -> Outcome {
        // 2. One allocation per 5-tuple; a repeated request gets the same answer again.
        if let slot = request.slot {
            guard allocations[slot].transaction == addressee.transaction, allocations[slot].user == identity.user,
                allocations[slot].realm == identity.realm
            else { throw Refusal(.allocationMismatch, "the 5-tuple has an allocation") }
            guard allocations[slot].state == .active else { return .dropped(.inProgress) }
            allocationSucceeds(slot, addressee, now: request.now)
            return .queued
        }
        guard !request.flow.client.address.isTunnelled else {
            throw Refusal(
                .forbidden, "the client comes through Teredo or 6to4 (RFC 8656 §21.4)", cause: .tunnelledClient)
        }
        var wish = try wish(in: request.message, bytes, of: request.flow)
        wish.lifetime = bounded(wish.lifetime, by: identity.until, now: request.now)
        let wantsTicket = try wantsTicket(request.message)
        if wish.relaysTCP, wantsTicket {
            throw Refusal(.mobilityForbidden, "connections of a TCP allocation cannot follow its client")
        }
        // A reservation can be redeemed here only.
        if wish.token == nil, let alternate = nextAlternate(for: request.flow) {
            throw Refusal(sendingTo: alternate, with: redirectNonce(for: request.flow, identity, request.now))
        }
        guard !settings.isDraining else {
            throw Refusal(
                .insufficientCapacity, "the server is draining: it takes no new allocations", cause: .draining)
        }
        if let token = wish.token {
            if let elsewhere = elsewhere(token, of: identity.user) { return elsewhere }
            try claim(token, request, identity, addressee, wish, wantsTicket: wantsTicket)
            return .queued
        }
        guard let address = relayAddress(wish.family, for: request.flow) else {
            throw Refusal(.addressFamilyNotSupported, lack(of: wish.family))
        }
        // The word may be on its way still, and what may be held depends on it.
        if identity.isMinted, !isResuming, scopes.scope(of: account(of: identity)) == nil { return .untold }
        // 10. Checked and taken in one step.
        let claim = try takeQuota(identity, for: request.flow)
        let slot = allocations.take()
        begin(slot, request, identity, addressee, claim: claim, lifetime: wish.lifetime)
        allocations[slot].wantsTicket = wantsTicket
        allocations[slot].relaysTCP = wish.relaysTCP
        allocations[slot].opening = Allocation.Opening(
            evenPort: wish.evenPort, pair: wish.pair, secondFamily: wish.secondFamily)
        if !openNext(slot, on: address) {
            abandon(
                slot, Refusal(.insufficientCapacity, "no relay port of \(address) is free", cause: .noPorts),
                now: request.now)
        }
        return .queued
    }

    /// Steps 3 to 9: what the request asks for, or why it contradicts itself.
    private func wish(in message: Message, _ bytes: Span<UInt8>, of flow: Flow) throws(Refusal) -> Wish {
        typealias Malformed = DecodeError
        guard let transport = try Refusal.reading({ () throws(Malformed) in try message.requestedTransport(in: bytes) })
        else { throw Refusal(.badRequest, "no REQUESTED-TRANSPORT") }
        let relaysTCP = try relaysTCP(transport, message, of: flow)
        _ = try Refusal.reading { () throws(Malformed) in try message.dontFragment() }
        let token = try Refusal.reading { () throws(Malformed) in try message.reservationToken(in: bytes) }
        let even = try Refusal.reading { () throws(Malformed) in try message.evenPort(in: bytes) }
        let requested = try Refusal.reading { () throws(Malformed) in
            try message.addressFamily(.requestedAddressFamily, in: bytes)
        }
        let additional = try Refusal.reading { () throws(Malformed) -> UInt8? in
            // What coturn's clients ask with means the same.
            let number = try message.addressFamily(.additionalAddressFamily, in: bytes)
            if let number { return number }
            return try message.addressFamily(.draftAdditionalAddressFamily, in: bytes)
        }
        let lifetime = try Refusal.reading { () throws(Malformed) in try message.lifetime(in: bytes) }
        if token != nil, even != nil || requested != nil || additional != nil {
            throw Refusal(.badRequest, "RESERVATION-TOKEN with EVEN-PORT or an address family")
        }
        if requested != nil, additional != nil {
            throw Refusal(.badRequest, "REQUESTED-ADDRESS-FAMILY with ADDITIONAL-ADDRESS-FAMILY")
        }
        if let requested, requested != 1, requested != 2 {
            throw Refusal(.addressFamilyNotSupported, "address family \(requested)")
        }
        if let additional {
            guard additional == 2, even != true else {
                throw Refusal(.badRequest, "ADDITIONAL-ADDRESS-FAMILY other than IPv6, or with a pair of ports")
            }
        }
        return Wish(
            family: additional == nil ? family(requested, of: flow) : .v4, secondFamily: additional != nil,
            relaysTCP: relaysTCP, evenPort: even != nil, pair: even == true, token: token,
            lifetime: .seconds(granted(lifetime)))
    }

    /// Whether an IP protocol number asks for a relayed address of TCP, or of UDP (RFC 8656 §7.2, RFC 6062 §5.1).
    private func relaysTCP(
        _ transport: UInt8, _ message: Message, of flow: Flow
    ) throws(Refusal) -> Bool {
        switch transport {
        case 17:
            guard settings.relaysUDP else { throw Refusal(.unsupportedTransportProtocol, "no-udp-relay is set") }
            return false
        case 6:
            guard settings.relaysTCP else { throw Refusal(.unsupportedTransportProtocol, "no-tcp-relay is set") }
            guard flow.transport.isStream else {
                throw Refusal(.badRequest, "TCP is relayed for clients over TCP or TLS only (RFC 6062 §5.1)")
            }
            guard !message.has(.evenPort), !message.has(.reservationToken), !message.has(.dontFragment) else {
                throw Refusal(
                    .badRequest, "a relayed address of TCP with EVEN-PORT, RESERVATION-TOKEN or DONT-FRAGMENT")
            }
            return true
        default:
            throw Refusal(.unsupportedTransportProtocol, "IP protocol \(transport) cannot be relayed")
        }
    }

    /// The family to relay from: the one that was asked for, else IPv4 unless the operator wants otherwise.
    private func family(_ requested: UInt8?, of flow: Flow) -> IPAddress.Family {
        if let requested { return requested == 2 ? .v6 : .v4 }
        return settings.defaultFamily ?? flow.client.address.family
    }

    /// The other server whose turn it is to take a client (RFC 8489 §10: of the family of the client's own address).
    private func nextAlternate(for flow: Flow) -> Alternate? {
        guard !settings.alternates.isEmpty else { return nil }
        let fitting = settings.alternates.filter {
            $0.transport == flow.transport && $0.endpoint.address.family == flow.client.address.family
        }
        guard !fitting.isEmpty else { return nil }
        defer { alternateNumber = (alternateNumber + 1) % fitting.count }
        return fitting[alternateNumber % fitting.count]
    }

    /// The nonce with which the other server takes the client's first request.
    private func redirectNonce(for flow: Flow, _ identity: Identity, _ now: Moment) -> [UInt8] {
        RedirectNonce.make(
            for: flow.client.address, features: Self.features, key: identity.key, at: now.time)
    }

    /// The lifetime for what a client asked, in seconds (RFC 8656 §7.2, §8.2).
    func granted(_ requested: UInt32?) -> Int64 {
        let maximum = max(600, settings.maximumLifetime.components.seconds)
        return min(max(Int64(requested ?? 600), 600), maximum)
    }

    /// No allocation outlives the access token that it was made or refreshed with (RFC 7635 §7).
    func bounded(_ lifetime: Duration, by end: UnixTime?, now: Moment) -> Duration {
        guard let end else { return lifetime }
        return min(lifetime, max(.seconds(1), end - now.time))
    }

    /// Who somebody is for quotas and rooms.
    private func account(of identity: Identity) -> String {
        credentials(of: identity.realm).account(of: identity.user)
    }

    private func takeQuota(_ identity: Identity, for flow: Flow) throws(Refusal) -> Quotas.Claim {
        let account = account(of: identity)
        let address = flow.client.address.unmapped.subscriber
        // Made with a secret that other servers know, too, a name is known by its room alone.
        let isRooms =
            identity.isMinted
            || scopes.scope(of: account) != nil && settings.credentials.isTemporary(identity.user)
        let minted =
            isRooms
            ? Quotas.Minted(address: address, room: scopes.scope(of: account) ?? .nowhere) : nil
        let claim = Quotas.Claim(account: account, minted: minted)
        guard let limit = quotas(of: identity.realm).take(claim, scopes.companions(of: account)) else { return claim }
        throw Refusal(
            limit == .memory ? .insufficientCapacity : .allocationQuotaReached,
            Self.explanation(of: limit, account, address), cause: RefusalCause(limit))
    }

    private static func explanation(of limit: Quotas.Limit, _ account: String, _ address: IPAddress) -> String {
        switch limit {
        case .user: "user-quota of “\(account)” is used up"
        case .total: "total-quota is used up"
        case .memory: "memory-limit is nearly used up: no new allocations until others end"
        case .roomUser: "room-user-quota of “\(account)” is used up"
        case .roomAddress: "room-address-quota of \(address) is used up"
        case .room: "room-quota is used up in the room of “\(account)”"
        }
    }

    /// The address of this host to relay from.
    func relayAddress(_ family: IPAddress.Family, for flow: Flow) -> IPAddress? {
        settings.addresses.relayAddress(family, asked: flow.server.address)
    }

    /// Why nothing is relayed from a family.
    func lack(of family: IPAddress.Family) -> String {
        let name = family == .v4 ? "IPv4" : "IPv6"
        let named = settings.addresses.wishes.relayAddresses
        if let gone = named.first(where: { $0.family == family }) {
            return "nothing is relayed over \(name): this host does not have relay-ip=\(gone) now"
        }
        return named.isEmpty
            ? "nothing is relayed over \(name): this host has no such address that others could reach"
            : "nothing is relayed over \(name): no relay-ip is of that family"
    }

    /// Makes a slot the allocation that a request asks for; its sockets come later.
    func fill(
        _ allocation: inout Allocation, _ request: Request, _ identity: Identity, _ addressee: Addressee,
        claim: Quotas.Claim
    ) {
        allocation.flow = request.flow
        allocation.flowHash = flows.hash(request.flow)
        allocation.user = identity.user
        allocation.account = claim.account
        allocation.minted = claim.minted
        allocation.scope = claim.minted == nil ? .open : scopes.scope(of: claim.account) ?? .nowhere
        allocation.realm = identity.realm
        allocation.origin = addressee.origin
        allocation.key = identity.key
        allocation.algorithm = identity.algorithm
        allocation.authorizedUntil = identity.until
        allocation.integrity = identity.integrity
        allocation.transaction = addressee.transaction
        allocation.wantsFingerprint = addressee.wantsFingerprint
        allocation.began = request.now
    }

    private func begin(
        _ slot: UInt32, _ request: Request, _ identity: Identity, _ addressee: Addressee, claim: Quotas.Claim,
        lifetime: Duration
    ) {
        var allocation = Allocation.blank
        fill(&allocation, request, identity, addressee, claim: claim)
        allocation.generation = allocations[slot].generation
        allocation.state = .opening
        allocation.expiry = request.now.instant + lifetime
        allocations[slot] = allocation
        place(slot)
        flows.insert(allocations[slot].flowHash, slot)
    }

    /// Where the answer to the request that a slot's allocation was made by goes.
    func addressee(of slot: UInt32, now: Moment) -> Addressee {
        let identity = Identity(
            user: allocations[slot].user, key: allocations[slot].key, algorithm: allocations[slot].algorithm,
            integrity: allocations[slot].integrity, realm: allocations[slot].realm)
        return Addressee(
            flow: allocations[slot].flow, now: now, method: .allocate, transaction: allocations[slot].transaction,
            wantsFingerprint: allocations[slot].wantsFingerprint, identity: identity)
    }

    /// Gives an allocation up that cannot be had, and says so.
    func abandon(_ slot: UInt32, _ refusal: Refusal, now: Moment) {
        let addressee = addressee(of: slot, now: now)
        release(slot, .v4)
        release(slot, .v6)
        free(slot)
        refuse(addressee, refusal)
    }

    /// Answers an Allocate request with what was allocated (RFC 8656 §7.2).
    func allocationSucceeds(_ slot: UInt32, _ addressee: Addressee, now: Moment) {
        replies.begin(.success, .allocate, addressee.transaction)
        for family in [IPAddress.Family.v4, .v6] {
            guard let endpoint = allocations[slot].relayed(family) else { continue }
            replies.append(.xorRelayedAddress, xorAddress: advertised(endpoint))
        }
        let left = allocations[slot].expiry - now.instant
        replies.append(lifetime: UInt32(clamping: left.components.seconds))
        if let reservation = allocations[slot].reservation {
            replies.append(.reservationToken, integer: reservation.token)
        }
        if let code = allocations[slot].secondFamilyRefused { replies.append(addressError: code, for: .v6) }
        replies.append(.xorMappedAddress, xorAddress: addressee.flow.client)
        appendTicket(of: slot)
        appendSoftware()
        finish(addressee)
    }
}
