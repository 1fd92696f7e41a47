// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import STUN
internal import Wire

extension Relay {
    /// The long-term credential mechanism (RFC 8489 §9.2.4).
    ///
    /// The nonce is looked at before the user: it takes one MAC with our own key, so that strangers do not make the
    /// server look up names and compute integrity. What a stranger learns from the order is nothing.
    func authenticate(
        _ request: Request, _ bytes: Span<UInt8>, _ addressee: Addressee
    ) throws(Refusal) -> Proof {
        let message = request.message
        guard message.has(.messageIntegrity) || message.has(.messageIntegritySHA256) else {
            counts.count(.noCredentials)
            challenge(addressee, .unauthenticated)
            return .challenged
        }
        guard let realmPlace = message.place(of: .realm), let nonce = message.place(of: .nonce),
            let name = try name(in: message, bytes, of: credentials(of: addressee.realm))
        else { throw Refusal(.badRequest, "integrity without user name, realm or nonce") }

        guard let features = features(of: bytes.extracting(nonce), request, bytes) else {
            return staleNonce(addressee)
        }
        if let thirdParty = settings.credentials.thirdParty, let place = message.place(of: .accessToken) {
            let proof = authenticate(request, bytes, addressee, bytes.array(place), of: name, thirdParty)
            guard case .proven(let identity) = proof, !isGood(bytes.extracting(nonce), of: identity, request) else {
                return proof
            }
            return staleNonce(addressee)
        }
        let (algorithm, protection) = try algorithm(of: message, bytes, features)
        // For a realm that nobody has the work is that of the server's own.
        let realm = realm(at: realmPlace, in: bytes)
        let credentials = credentials(of: realm ?? "")
        // MESSAGE-INTEGRITY-SHA256 decides alone where it is present.
        let presented: Integrity = message.has(.messageIntegritySHA256) ? .sha256 : .sha1

        if let slot = keyed(request, bytes), let realm, allocations[slot].user == name,
            allocations[slot].realm == realm, allocations[slot].algorithm == algorithm,
            message.isAuthentic(presented, key: allocations[slot].key, in: bytes)
        {
            let key = allocations[slot].key
            return .proven(
                Identity(user: name, key: key, algorithm: algorithm, integrity: protection, realm: realm))
        }
        do throws(CredentialProblem) {
            let (key, isMinted) = try credentials.key(for: name, algorithm, at: request.now.time) { candidate in
                message.isAuthentic(presented, key: candidate, in: bytes)
            }
            guard let realm else { throw .wrongRealm }
            guard !isWithdrawn(name, at: request.now.time) else { throw .withdrawn }
            let identity = Identity(
                user: name, key: key, algorithm: algorithm, integrity: protection, realm: realm, isMinted: isMinted)
            return isGood(bytes.extracting(nonce), of: identity, request) ? .proven(identity) : staleNonce(addressee)
        } catch {
            if let realm, let worker = keeper(of: request, bytes, name, realm) { return .elsewhere(worker: worker) }
            return reject(addressee, because: error)
        }
    }

    /// The slot of the allocation whose own key may prove a request, for as long as that allocation lives: that of its flow,
    /// of the peer's connection that it takes, or of its ticket.
    private func keyed(_ request: Request, _ bytes: Span<UInt8>) -> UInt32? {
        if let slot = request.slot ?? wanted(request, bytes) { return slot }
        guard let ticket = ticket(in: request.message, bytes), let slot = tickets[ticket.number] else { return nil }
        return isActive(slot, request.now) ? slot : nil
    }

    /// The worker that has the allocation of a request's ticket, which ``wanted`` then names: its key may prove what no
    /// credentials of today do.
    private func keeper(
        of request: Request, _ bytes: Span<UInt8>, _ name: [UInt8], _ realm: String
    ) -> UInt8? {
        guard !isResuming, request.slot == nil, let ticket = ticket(in: request.message, bytes),
            ticket.worker != settings.worker, Int(ticket.worker) < settings.workers
        else { return nil }
        wanted = .allocation(ticket: ticket.number, user: name, realm: realm, isProven: false)
        return ticket.worker
    }

    private func staleNonce(_ addressee: Addressee) -> Proof {
        counts.count(.staleNonce)
        challenge(addressee, .staleNonce)
        return .challenged
    }

    /// What nonces say of this server.
    static var features: SecurityFeatures { [.passwordAlgorithms, .usernameAnonymity] }

    /// What a nonce that is good says of the server; nil of one that is not.
    ///
    /// A ConnectionBind may come with the nonce of its allocation's own stream: to the client both streams are one session,
    /// and clients are about that keep one nonce for it.
    private func features(
        of nonce: Span<UInt8>, _ request: Request, _ bytes: Span<UInt8>
    ) -> SecurityFeatures? {
        // Proven by the user's key alone, see ``isGood(_:of:_:)``.
        if request.message.header.method == .allocate, let features = RedirectNonce.features(of: nonce) {
            return features
        }
        var clients = [request.flow.client]
        if let slot = wanted(request, bytes) { clients.append(allocations[slot].flow.client) }
        for client in clients {
            let verdict = nonces.judge(nonce, from: client, lifetime: settings.nonceLifetime, at: request.now.time)
            if case .fresh(let features) = verdict { return features }
        }
        return nil
    }

    /// Whether a nonce is more than a look like that of a server that has sent the client here.
    private func isGood(_ nonce: Span<UInt8>, of identity: Identity, _ request: Request) -> Bool {
        guard RedirectNonce.features(of: nonce) != nil else { return true }
        return RedirectNonce.isGood(
            nonce, from: request.flow.client.address, key: identity.key, at: request.now.time)
    }

    /// An access token under the identifier of the key that sealed it (RFC 7635 §7): the token holds the key that the
    /// request is protected with, and when that ends.
    private func authenticate(
        _ request: Request, _ bytes: Span<UInt8>, _ addressee: Addressee, _ token: [UInt8], of identifier: [UInt8],
        _ thirdParty: ThirdParty
    ) -> Proof {
        let message = request.message
        do throws(CredentialProblem) {
            let token = try thirdParty.open(token, under: identifier, at: request.now.time)
            let presented: Integrity = message.has(.messageIntegritySHA256) ? .sha256 : .sha1
            let key = token.keys(for: presented).first { message.isAuthentic(presented, key: $0, in: bytes) }
            guard let key else { throw .wrongPassword }
            return .proven(
                Identity(user: identifier, key: key, algorithm: .md5, integrity: .sha1, until: token.expires))
        } catch {
            return reject(addressee, because: error)
        }
    }

    /// Challenges a client anew whose credentials are not accepted, and tells the operator why.
    ///
    /// While the database of users is still being read nobody is turned away.
    private func reject(_ addressee: Addressee, because problem: CredentialProblem) -> Proof {
        if settings.credentials.isIncomplete { return .unknownYet }
        counts.count(RefusalCause(problem))
        let before = outputs.count
        challenge(addressee, .unauthenticated)
        guard outputs.count > before else { return .challenged }
        outputs.append(
            .refused(
                Refused(
                    flow: addressee.flow, method: addressee.method, code: .unauthenticated,
                    cause: RefusalCause(problem), peer: nil, explanation: "\(problem)")))
        return .challenged
    }

    private func isWithdrawn(_ name: [UInt8], at time: UnixTime) -> Bool {
        guard !withdrawals.isEmpty, settings.credentials.isTemporary(name) else { return false }
        return withdrawals.contains(settings.credentials.account(of: name), at: time)
    }

    /// The name in USERNAME, or the one that USERHASH stands for; of a hash that nobody has, a name that nobody has.
    private func name(
        in message: Message, _ bytes: Span<UInt8>, of credentials: Credentials
    ) throws(Refusal) -> [UInt8]? {
        if let place = message.place(of: .username) {
            // RFC 8489 §14.3: fewer than 509 bytes are sent, up to 763 must be understood.
            guard place.count <= 763 else { throw Refusal(.badRequest, "a user name of \(place.count) bytes") }
            return bytes.array(place)
        }
        guard let place = message.place(of: .userhash) else { return nil }
        return credentials.name(userhash: bytes.extracting(place)) ?? []
    }

    /// How the key is made and what the answer is protected with, by PASSWORD-ALGORITHM and what guards it against
    /// somebody on the way who would have the weaker one (RFC 8489 §9.2.4).
    private func algorithm(
        of message: Message, _ bytes: Span<UInt8>, _ features: SecurityFeatures
    ) throws(Refusal) -> (PasswordAlgorithm, Integrity) {
        guard features.contains(.passwordAlgorithms) else { return (.md5, .sha1) }
        let chosen = try Refusal.reading { () throws(DecodeError) in try message.passwordAlgorithm(in: bytes) }
        let offered = message.place(of: .passwordAlgorithms)
        guard chosen != nil || offered != nil else { return (.md5, .sha1) }
        let offer = PasswordAlgorithm.offer
        guard let chosen, let offered, offered.count == offer.count,
            bytes.matches(offer.span, at: offered.lowerBound),
            let algorithm = PasswordAlgorithm(rawValue: chosen)
        else { throw Refusal(.badRequest, "password algorithms other than those offered") }
        return (algorithm, .sha256)
    }

    /// Asks a client for credentials, or for a new nonce: as few bytes as the RFC allows.
    func challenge(_ addressee: Addressee, _ code: ErrorCode) {
        guard mayAnswerStranger(addressee.flow, addressee.now) else { return }
        let (realm, offer) = (credentials(of: addressee.realm).realmBytes, PasswordAlgorithm.offer)
        replies.begin(.failure, addressee.method, addressee.transaction)
        replies.append(code, withReason: settings.reasons)
        replies.append(.realm, realm.span)
        let nonce = nonces.nonce(for: addressee.flow.client, features: Self.features, at: addressee.now.time)
        replies.append(.nonce, nonce.span)
        replies.append(.passwordAlgorithms, offer.span)
        if let thirdParty = settings.credentials.thirdParty {
            replies.append(.thirdPartyAuthorization, thirdParty.serverBytes.span)
        }
        finish(addressee)
    }
}
