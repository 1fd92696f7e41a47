// SPDX-License-Identifier: Apache-2.0
internal import STUN
internal import Wire

extension Relay {
    /// Answers with an error; with integrity and reason phrase when the client has proven who it is.
    func refuse(_ addressee: Addressee, _ refusal: Refusal) {
        counts.count(refusal.cause)
        if addressee.method == .binding { counts.bindingErrors &+= 1 }
        guard addressee.identity != nil || mayAnswerStranger(addressee.flow, addressee.now) else { return }
        replies.begin(.failure, addressee.method, addressee.transaction)
        if addressee.identity != nil, refusal.cause == .specialPeer || refusal.cause == .neighbourPeer {
            // What is denied without a rule of the operator's surprises in a network of one's own.
            replies.append(refusal.code, saying: "\(refusal.code.reason): \(refusal.explanation)")
        } else {
            replies.append(refusal.code, withReason: addressee.identity != nil || settings.reasons)
        }
        if refusal.code == .unknownAttribute { replies.appendUnknown(refusal.unknown) }
        if let alternate = refusal.alternate {
            append(alternate, refusal.nonce, realm: addressee.identity?.realm ?? "")
        }
        // Strangers get no byte more than they must.
        if addressee.identity != nil { appendSoftware() }
        finish(addressee)
        outputs.append(
            .refused(
                Refused(
                    flow: addressee.flow, method: addressee.method, code: refusal.code, cause: refusal.cause,
                    peer: refusal.peer,
                    explanation: refusal.explanation)))
    }

    /// Answers with a success that has no attributes of its own.
    func succeed(_ addressee: Addressee) {
        replies.begin(.success, addressee.method, addressee.transaction)
        appendSoftware()
        finish(addressee)
    }

    /// Appends SOFTWARE where the operator wants it (RFC 8489 §14.14).
    func appendSoftware() {
        let software = settings.software
        if !software.isEmpty { replies.append(.software, software.span) }
    }

    /// Appends where a client is to go (RFC 8489 §14.15, §14.16).
    ///
    /// With REALM and NONCE, which libwebrtc takes to the other server; others begin anew there.
    private func append(_ alternate: Alternate, _ nonce: [UInt8], realm: String) {
        let realm = credentials(of: realm).realmBytes
        replies.append(.alternateServer, address: alternate.endpoint)
        replies.append(.realm, realm.span)
        replies.append(.nonce, nonce.span)
        guard let domain = alternate.domain.map({ [UInt8]($0.utf8) }) else { return }
        replies.append(.alternateDomain, domain.span)
    }

    /// Closes the message being written off with integrity and fingerprint, and sends it.
    func finish(_ addressee: Addressee) {
        if let identity = addressee.identity { replies.append(identity.integrity, key: identity.key) }
        if addressee.wantsFingerprint || settings.fingerprints { replies.appendFingerprint() }
        outputs.append(.reply(to: addressee.flow, bytes: replies.message))
    }
}
