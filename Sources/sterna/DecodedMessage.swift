// SPDX-License-Identifier: Apache-2.0

internal import STUN
internal import Wire

/// A STUN message or ChannelData, told in lines.
struct DecodedMessage {
    let lines: [String]

    init(_ bytes: [UInt8]) throws(DecodeError) {
        guard bytes.count >= 4, bytes[0] >> 6 == 1 else {
            lines = try Self.message(bytes)
            return
        }
        let channel = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        let length = Int(bytes[2]) << 8 | Int(bytes[3])
        guard length <= bytes.count - 4 else { throw .attributePastEnd }
        let padding = bytes.count - 4 - length
        let rest = padding == 0 ? "" : " and \(padding) bytes behind them"
        lines = ["ChannelData on channel 0x\(Self.hex(channel)), \(length) bytes\(rest)"]
    }

    private static func message(_ bytes: [UInt8]) throws(DecodeError) -> [String] {
        let message = try Message(parsing: bytes.span)
        let header = message.header
        let age = header.isClassic ? " of RFC 3489 (no magic cookie)" : ""
        var lines = [
            "\(header.method) \(word(for: header.kind))\(age), \(bytes.count) bytes, transaction "
                + Hex.encode(Array(bytes[8..<20]))
        ]
        var offset = Header.size
        while offset + 4 <= bytes.count {
            let type = AttributeType(rawValue: UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1]))
            let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
            let place = offset + 4..<offset + 4 + length
            let name = name(of: type)
            let gap = String(repeating: " ", count: max(1, 26 - name.count))
            lines.append("  \(name)\(gap)\(try value(of: type, at: place, in: bytes, message))")
            offset = place.lowerBound + (length + 3) & ~3
        }
        return lines
    }

    private static func value(
        of type: AttributeType, at place: Range<Int>, in bytes: [UInt8], _ message: Message
    ) throws(DecodeError) -> String {
        let value = Array(bytes[place])
        let number = value.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        switch type {
        case .xorMappedAddress, .xorRelayedAddress, .xorPeerAddress:
            return "\(try Message.xorAddress(type, at: place, message.header.transaction, in: bytes.span))"
        case .mappedAddress, .alternateServer, .otherAddress, .responseOrigin, .sourceAddress, .changedAddress:
            return "\(try Message.address(type, at: place, in: bytes.span))"
        case .username, .realm, .nonce, .software, .alternateDomain, .origin:
            return "“\(text(value))”"
        case .errorCode:
            guard value.count >= 4 else { throw .malformed(type) }
            return "\(Int(value[2] & 7) * 100 + Int(value[3])) “\(text(Array(value.dropFirst(4))))”"
        case .unknownAttributes:
            return stride(from: 0, to: value.count - 1, by: 2).map { index in
                name(of: AttributeType(rawValue: UInt16(value[index]) << 8 | UInt16(value[index + 1])))
            }.joined(separator: ", ")
        case .lifetime where value.count == 4: return "\(number) seconds"
        case .channelNumber where value.count == 4: return "0x\(hex(UInt16(truncatingIfNeeded: number >> 16)))"
        case .requestedTransport where value.count == 4:
            return ["17": "UDP", "6": "TCP"]["\(number >> 24)"] ?? "protocol \(number >> 24)"
        case .requestedAddressFamily where value.count == 4, .additionalAddressFamily where value.count == 4:
            return ["1": "IPv4", "2": "IPv6"]["\(number >> 24)"] ?? "family \(number >> 24)"
        case .evenPort where value.count == 1:
            return value[0] >> 7 == 1 ? "and reserve the next" : "without reserving the next"
        case .data: return "\(value.count) bytes"
        case .fingerprint:
            switch message.fingerprintFits(in: bytes.span) {
            case true?: return "fits"
            default: return "does not fit"
            }
        default:
            return value.isEmpty ? "" : Hex.encode(value)
        }
    }

    private static func word(for kind: Kind) -> String {
        switch kind {
        case .request: "request"
        case .indication: "indication"
        case .success: "success response"
        case .failure: "error response"
        }
    }

    /// Escaped before it stands in its quotes, so that a line feed is told from the next line.
    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self).printable }

    private static func hex(_ number: UInt16) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension DecodedMessage {
    /// The name that the IANA registry gives a type.
    static func name(of type: AttributeType) -> String { names[type] ?? "0x\(hex(type.rawValue))" }

    private static let names: [AttributeType: String] = [
        .mappedAddress: "MAPPED-ADDRESS", .username: "USERNAME", .messageIntegrity: "MESSAGE-INTEGRITY",
        .errorCode: "ERROR-CODE", .unknownAttributes: "UNKNOWN-ATTRIBUTES", .realm: "REALM", .nonce: "NONCE",
        .messageIntegritySHA256: "MESSAGE-INTEGRITY-SHA256", .passwordAlgorithm: "PASSWORD-ALGORITHM",
        .userhash: "USERHASH", .xorMappedAddress: "XOR-MAPPED-ADDRESS", .passwordAlgorithms: "PASSWORD-ALGORITHMS",
        .alternateDomain: "ALTERNATE-DOMAIN", .software: "SOFTWARE", .alternateServer: "ALTERNATE-SERVER",
        .fingerprint: "FINGERPRINT", .responseAddress: "RESPONSE-ADDRESS", .changeRequest: "CHANGE-REQUEST",
        .sourceAddress: "SOURCE-ADDRESS", .changedAddress: "CHANGED-ADDRESS", .padding: "PADDING",
        .responsePort: "RESPONSE-PORT", .responseOrigin: "RESPONSE-ORIGIN", .otherAddress: "OTHER-ADDRESS",
        .channelNumber: "CHANNEL-NUMBER", .lifetime: "LIFETIME", .xorPeerAddress: "XOR-PEER-ADDRESS", .data: "DATA",
        .xorRelayedAddress: "XOR-RELAYED-ADDRESS", .requestedAddressFamily: "REQUESTED-ADDRESS-FAMILY",
        .evenPort: "EVEN-PORT", .requestedTransport: "REQUESTED-TRANSPORT", .dontFragment: "DONT-FRAGMENT",
        .reservationToken: "RESERVATION-TOKEN", .additionalAddressFamily: "ADDITIONAL-ADDRESS-FAMILY",
        .addressErrorCode: "ADDRESS-ERROR-CODE", .icmp: "ICMP", .priority: "PRIORITY",
        .useCandidate: "USE-CANDIDATE", .connectionID: "CONNECTION-ID", .accessToken: "ACCESS-TOKEN",
        .thirdPartyAuthorization: "THIRD-PARTY-AUTHORIZATION", .mobilityTicket: "MOBILITY-TICKET", .origin: "ORIGIN",
        AttributeType(rawValue: 0x8029): "ICE-CONTROLLED", AttributeType(rawValue: 0x802A): "ICE-CONTROLLING",
    ]
}
