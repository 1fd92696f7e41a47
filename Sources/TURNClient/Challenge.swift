// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import STUN
internal import Wire

/// What a server wants a request to be signed with (RFC 8489 §9.2.4).
struct Challenge: Hashable {
    let realm: [UInt8]
    let nonce: [UInt8]
    /// The value of PASSWORD-ALGORITHMS, to be sent back as it came; nil where the server offers no choice.
    let offer: [UInt8]?

    /// What is wrong with a challenge.
    enum Flaw: Error { case incomplete, bidDown }

    /// Reads the challenge of a 401 or 438.
    init(_ message: Message, _ bytes: Span<UInt8>) throws(Flaw) {
        guard let realm = message.value(of: .realm, in: bytes), let nonce = message.value(of: .nonce, in: bytes) else {
            throw .incomplete
        }
        offer = message.value(of: .passwordAlgorithms, in: bytes)
        // Somebody on the way may have taken the better algorithm out (RFC 8489 §9.2.5).
        if Self.promisesAlgorithms(nonce), offer == nil { throw .bidDown }
        (self.realm, self.nonce) = (realm, nonce)
    }

    /// Whether the security features in the nonce's cookie say that passwords may be hashed with a choice of functions:
    /// the first of 24 bits, in base64 behind “obMatJos2” (RFC 8489 §9.2).
    private static func promisesAlgorithms(_ nonce: [UInt8]) -> Bool {
        guard nonce.count >= 13, nonce.starts(with: Array("obMatJos2".utf8)),
            let bits = Base64.decode(String(decoding: nonce[9..<13], as: UTF8.self)), let first = bits.first
        else { return false }
        return first & 0x80 != 0
    }

    /// Whether SHA-256 is among the algorithms that are offered.
    private var offersSHA256: Bool {
        guard let offer else { return false }
        var offset = 0
        while let number: UInt16 = offer.span.integer(at: offset),
            let length: UInt16 = offer.span.integer(at: offset + 2)
        {
            if number == PasswordAlgorithm.sha256.rawValue { return true }
            offset += 4 + (Int(length) + 3) & ~3
        }
        return false
    }

    /// Whether an account signs with SHA-256 here.
    func usesSHA256(_ account: Account) -> Bool { account.takesSHA256 && offersSHA256 }

    /// The key that the account's password makes.
    func key(of account: Account) -> Digest {
        let password = [UInt8](account.password.utf8)
        return LongTermKey.derive(
            username: [UInt8](account.name.utf8).span, realm: realm.span, password: password.span,
            usesSHA256(account) ? .sha256 : .md5)
    }

    /// Appends who asks, and the proof.
    func sign(_ writer: inout Writer, as account: Account) {
        writer.append(.username, [UInt8](account.name.utf8).span)
        writer.append(.realm, realm.span)
        writer.append(.nonce, nonce.span)
        if usesSHA256(account), let offer {
            writer.append(.passwordAlgorithms, offer.span)
            writer.append(.passwordAlgorithm, integer: UInt32(PasswordAlgorithm.sha256.rawValue) << 16)
            writer.append(.sha256, key: key(of: account))
        } else {
            writer.append(.sha1, key: key(of: account))
        }
    }
}
