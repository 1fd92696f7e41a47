// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Wire

/// Seals the tickets by which clients find their allocations again from another address (RFC 8016 §3.3).
///
/// ```
/// nonce (96) │ AES-128-GCM( worker (8) │ number (64) ) │ tag (128)
/// ```
/// The number is random, is good once, and stands for nothing outside the worker that made it.
struct TicketKey {
    private let key: [UInt8]

    /// - Parameter secret: Shared by all workers, and used for other things too.
    init(_ secret: [UInt8]) {
        key = Array(HMAC.authenticate([UInt8]("MOBILITY-TICKET".utf8), key: secret, .sha256).array.prefix(16))
    }

    /// The ticket for an allocation of a worker.
    func seal(worker: UInt8, number: UInt64, random: inout RandomStream) -> [UInt8] {
        var text = [worker]
        text.append(bigEndian: number)
        let nonce = random.bytes(AEAD.nonceSize)
        return nonce + (AEAD.aes128GCM.seal(text, key: key, nonce: nonce, associated: []) ?? [])
    }

    /// What a ticket says; nil for one that was not made here.
    func open(_ ticket: [UInt8]) -> (worker: UInt8, number: UInt64)? {
        guard ticket.count > AEAD.nonceSize else { return nil }
        let (nonce, sealed) = (Array(ticket[..<AEAD.nonceSize]), Array(ticket[AEAD.nonceSize...]))
        guard let text = AEAD.aes128GCM.open(sealed, key: key, nonce: nonce, associated: []), text.count == 9,
            let number = text.span.integer(UInt64.self, at: 1)
        else { return nil }
        return (text[0], number)
    }
}
