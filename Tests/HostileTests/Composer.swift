// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import Wire

/// What one client knows from the server's answers.
struct Knowledge {
    var nonce: [UInt8] = []
    /// The last request of each of its kind, to be sent or named again.
    var history: [(bytes: [UInt8], transaction: [UInt8])] = []
}

/// Writes the messages that the cases describe: byte by byte, because half of them must not be right.
struct Composer {
    static let methods: [String: UInt16] = [
        "binding": 1, "allocate": 3, "refresh": 4, "send": 6, "create-permission": 8, "channel-bind": 9,
    ]
    static let attributes: [String: UInt16] = [
        "USERNAME": 0x06, "MESSAGE-INTEGRITY": 0x08, "ERROR-CODE": 0x09, "UNKNOWN-ATTRIBUTES": 0x0A,
        "CHANNEL-NUMBER": 0x0C, "LIFETIME": 0x0D, "XOR-PEER-ADDRESS": 0x12, "DATA": 0x13, "REALM": 0x14,
        "NONCE": 0x15, "XOR-RELAYED-ADDRESS": 0x16, "REQUESTED-ADDRESS-FAMILY": 0x17, "EVEN-PORT": 0x18,
        "REQUESTED-TRANSPORT": 0x19, "DONT-FRAGMENT": 0x1A, "MESSAGE-INTEGRITY-SHA256": 0x1C,
        "PASSWORD-ALGORITHM": 0x1D, "USERHASH": 0x1E, "XOR-MAPPED-ADDRESS": 0x20, "RESERVATION-TOKEN": 0x22,
        "ADDITIONAL-ADDRESS-FAMILY": 0x8000, "ADDRESS-ERROR-CODE": 0x8001, "PASSWORD-ALGORITHMS": 0x8002,
        "SOFTWARE": 0x8022, "FINGERPRINT": 0x8028,
    ]

    let transaction: [UInt8]
    let token: [UInt8]
    private var body: [UInt8] = []
    private let type: UInt16

    init(method: UInt16, isIndication: Bool, transaction: [UInt8], token: [UInt8]) {
        type = method | (isIndication ? 0x10 : 0)
        self.transaction = transaction
        self.token = token
    }

    /// The message as it stands.
    var bytes: [UInt8] { header(claiming: body.count) + body }

    static func type(_ name: String) -> UInt16 { attributes[name] ?? UInt16(name, radix: 16) ?? 0 }

    mutating func append(_ type: UInt16, _ value: [UInt8]) {
        body.append(bigEndian: type)
        body.append(bigEndian: UInt16(value.count))
        body += value + [UInt8](repeating: 0, count: -value.count & 3)
    }

    mutating func append(_ list: JSON?) {
        for entry in list?.array ?? [] {
            guard let name = entry.array?.first?.string, let text = entry.array?.last?.string else { continue }
            append(Self.type(name), value(text))
        }
    }

    /// A MAC over what stands before it (RFC 8489 §14.5), spoilt as the case wants.
    mutating func appendIntegrity(key: [UInt8], spoilt: JSON?) {
        let isSHA256 = spoilt?["sha256"]?.boolean ?? false
        let size = isSHA256 ? 32 : 20
        let covered = header(claiming: spoilt?["unadjusted"] == nil ? body.count + 4 + size : body.count) + body
        var mac = HMAC.authenticate(covered, key: key, isSHA256 ? .sha256 : .sha1).array
        if let flipped = spoilt?["flip"]?.integer { mac[Int(flipped)] ^= 1 }
        if let text = spoilt?["value"]?.string { mac = Hex.decode(text) ?? [] }
        if let length = spoilt?["length"]?.integer {
            mac = Array((mac + [UInt8](repeating: 0, count: 64)).prefix(Int(length)))
        }
        append(isSHA256 ? 0x1C : 0x08, mac)
    }

    mutating func appendFingerprint() {
        let checksum = CRC32.checksum((header(claiming: body.count + 8) + body).span) ^ 0x5354_554E
        append(0x8028, (0..<4).map { UInt8(truncatingIfNeeded: checksum >> UInt32(24 - 8 * $0)) })
    }

    /// `*N`: N letters; `@peer`: an address masked with the transaction (`ff@` with a dirty first byte); else digits.
    func value(_ text: String) -> [UInt8] {
        if text.hasPrefix("*") { return [UInt8](repeating: 0x61, count: Int(text.dropFirst()) ?? 0) }
        if text == "@token" { return token }
        guard let at = text.firstIndex(of: "@") else { return Hex.decode(text) ?? [] }
        let name = String(text[text.index(after: at)...])
        guard let endpoint = World.peers[name] ?? Endpoint(name) else { return [] }
        return masked(endpoint, firstByte: at == text.startIndex ? 0 : 0xFF)
    }

    private func masked(_ endpoint: Endpoint, firstByte: UInt8) -> [UInt8] {
        let mask: [UInt8] = [0x21, 0x12, 0xA4, 0x42] + transaction
        var plain: [UInt8] = []
        switch endpoint.address {
        case .v4(let bits): plain.append(bigEndian: bits)
        case .v6(let bits): plain.append(bigEndian: bits)
        }
        var value: [UInt8] = [firstByte, plain.count == 4 ? 1 : 2]
        value.append(bigEndian: endpoint.port ^ 0x2112)
        return value + zip(plain, mask).map { $0 ^ $1 }
    }

    private func header(claiming length: Int) -> [UInt8] {
        var header: [UInt8] = []
        header.append(bigEndian: type)
        header.append(bigEndian: UInt16(truncatingIfNeeded: length))
        header.append(bigEndian: UInt32(0x2112_A442))
        return header + transaction
    }
}
