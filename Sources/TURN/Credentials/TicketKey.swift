// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Wire

/// Signs the tickets by which clients find their allocations again from another address (RFC 8016 §3.3).
///
/// ```
/// base64( worker (8) │ number (64) │ HMAC-SHA-256( worker │ number ), its first 120 bits )
/// ```
/// 32 characters, because turnutils_uclient has room for no more and takes a ticket for a text. The number is random, is
/// good once, and stands for nothing outside the worker that made it: there is nothing in it to hide.
struct TicketKey {
    private let key: [UInt8]

    private static let macSize = 15

    /// - Parameter secret: Shared by all workers, and used for other things too.
    init(_ secret: [UInt8]) {
        key = HMAC.authenticate([UInt8]("MOBILITY-TICKET".utf8), key: secret, .sha256).array
    }

    /// The ticket for an allocation of a worker.
    func ticket(worker: UInt8, number: UInt64) -> [UInt8] {
        var bytes = [worker]
        bytes.append(bigEndian: number)
        return [UInt8](Base64.encode(bytes + mac(of: bytes)).utf8)
    }

    /// What a ticket says; nil for one that was not made here.
    func open(_ ticket: [UInt8]) -> (worker: UInt8, number: UInt64)? {
        guard ticket.count == 32, let bytes = Base64.decode(String(decoding: ticket, as: UTF8.self)),
            bytes.count == 9 + Self.macSize, let number = bytes.span.integer(UInt64.self, at: 1),
            ConstantTime.equal(mac(of: Array(bytes[..<9])).span, bytes.span.extracting(9...))
        else { return nil }
        return (bytes[0], number)
    }

    private func mac(of bytes: [UInt8]) -> [UInt8] {
        Array(HMAC.authenticate(bytes, key: key, .sha256).array.prefix(Self.macSize))
    }
}
