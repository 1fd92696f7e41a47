// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Wire

/// The nonce that a client is sent to another server with (RFC 8489 §10), who takes its first Allocate request with it.
///
/// libwebrtc goes on there with the nonce that it has and is lost when that is refused. The two servers share no key of
/// nonces; what they share is the user's key, and that is what the MAC is made with. So it tells the other server no more
/// than that the user was somewhere of late, and is good for nothing but Allocate: what follows needs a nonce of the
/// server's own.
///
/// ```
/// obMatJos2  FFFF  TTTTTT  MMMMMMMMMM     29 characters of base64
/// cookie     security features    seconds, 36 bits    MAC over all and the client's address, 60 bits
/// ```
enum RedirectNonce {
    static let count = 29
    /// How long it is good, and how far the two servers' clocks may differ, in seconds.
    private static let lifetime: Int64 = 60
    private static let skew: Int64 = 60

    /// The nonce for a client that is sent elsewhere.
    static func make(
        for client: IPAddress, features: SecurityFeatures, key: Digest, at time: UnixTime
    ) -> [UInt8] {
        var text = [UInt8]("obMatJos2".utf8)
        text += Base64Digits.text(UInt64(features.rawValue), digits: 4)
        text += Base64Digits.text(UInt64(bitPattern: time.seconds) & 0xF_FFFF_FFFF, digits: 6)
        return text + Base64Digits.text(mac(of: text, client, key), digits: 10)
    }

    /// What a nonce that looks like one says of the server that made it; nil of all others. Nothing is proven by it.
    static func features(of nonce: Span<UInt8>) -> SecurityFeatures? {
        guard nonce.count == count, nonce.matches([UInt8]("obMatJos2".utf8).span, at: 0),
            let features = Base64Digits.number(nonce, at: 9, digits: 4)
        else { return nil }
        return SecurityFeatures(rawValue: UInt32(truncatingIfNeeded: features))
    }

    /// Whether a nonce was made for this client with this key, and a moment ago.
    static func isGood(_ nonce: Span<UInt8>, from client: IPAddress, key: Digest, at time: UnixTime) -> Bool {
        guard nonce.count == count, let seconds = Base64Digits.number(nonce, at: 13, digits: 6),
            let shown = Base64Digits.number(nonce, at: 19, digits: 10)
        else { return false }
        let age = time.seconds &- Int64(seconds)
        return shown == mac(of: nonce.array(0..<19), client, key) && age >= -skew && age <= lifetime + skew
    }

    private static func mac(of text: [UInt8], _ client: IPAddress, _ key: Digest) -> UInt64 {
        let digest = HMAC.authenticate([UInt8]("REDIRECT \(client) ".utf8) + text, key: key.array, .sha256)
        return digest.prefix64 >> 4
    }
}
