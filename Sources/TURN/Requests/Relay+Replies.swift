// SPDX-License-Identifier: Apache-2.0
internal import STUN
internal import Wire

extension Relay {
    /// Answers with an error; with integrity and reason phrase when the client has proven who it is.
    mutating func refuse(_ addressee: Addressee, _ refusal: Refusal) {
        guard addressee.identity != nil || mayAnswerStranger(addressee.flow, addressee.now) else { return }
        replies.begin(.failure, addressee.method, addressee.transaction)
        replies.append(refusal.code, withReason: addressee.identity != nil)
        if refusal.code == .unknownAttribute { replies.appendUnknown(refusal.unknown) }
        finish(addressee)
        outputs.append(
            .refused(
                Refused(
                    flow: addressee.flow, method: addressee.method, code: refusal.code, peer: refusal.peer,
                    explanation: refusal.explanation)))
    }

    /// Answers with a success that has no attributes of its own.
    mutating func succeed(_ addressee: Addressee) {
        replies.begin(.success, addressee.method, addressee.transaction)
        finish(addressee)
    }

    /// Closes the message being written off with integrity and fingerprint, and sends it.
    mutating func finish(_ addressee: Addressee) {
        if let identity = addressee.identity { replies.append(identity.integrity, key: identity.key) }
        if addressee.wantsFingerprint || settings.fingerprints { replies.appendFingerprint() }
        outputs.append(.reply(to: addressee.flow, bytes: replies.message))
    }
}
