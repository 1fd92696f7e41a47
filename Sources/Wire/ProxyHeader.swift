// SPDX-License-Identifier: Apache-2.0

/// What stands in front of a connection that a proxy passes on: for whom it speaks (HAProxy's PROXY protocol, versions 1
/// and 2).
///
/// ```
/// 1:  PROXY TCP4 192.0.2.1 198.51.100.1 56324 443␍␊
/// 2:  0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A  version|command  family|transport  length (2)  addresses, then TLVs
/// ```
package enum ProxyHeader: Hashable, Sendable {
    /// What is there may be the beginning of a header.
    case incomplete
    /// No header, or a wrong one.
    case invalid
    /// A header of so many bytes. The client is nil where the proxy speaks for itself, or for nobody with an IP address.
    case whole(size: Int, client: Endpoint?)

    /// Bytes of the longest header that is taken; version 2 leaves room for 64 KiB of what nobody here reads.
    package static let limit = 4096

    /// Looks for a header at the beginning of a stream.
    package init(startingAt bytes: Span<UInt8>) {
        if Self.begins(bytes, with: Self.signature) {
            self = bytes.count < Self.signature.count ? .incomplete : Self.binary(bytes)
        } else if Self.begins(bytes, with: Self.word) {
            self = bytes.count < Self.word.count ? .incomplete : Self.text(bytes)
        } else {
            self = .invalid
        }
    }

    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]
    private static let word = [UInt8]("PROXY ".utf8)

    /// Whether the bytes are those of the pattern as far as both go.
    private static func begins(_ bytes: Span<UInt8>, with pattern: [UInt8]) -> Bool {
        for index in 0..<min(bytes.count, pattern.count) where bytes[index] != pattern[index] { return false }
        return true
    }
}

// MARK: - Version 2

extension ProxyHeader {
    private static func binary(_ bytes: Span<UInt8>) -> Self {
        guard let command: UInt8 = bytes.integer(at: 12), let family: UInt8 = bytes.integer(at: 13),
            let length: UInt16 = bytes.integer(at: 14)
        else { return .incomplete }
        let size = 16 + Int(length)
        guard command == 0x20 || command == 0x21, size <= limit else { return .invalid }
        guard bytes.count >= size else { return .incomplete }
        // LOCAL: the proxy's own, as when it asks whether we live.
        if command == 0x20 { return .whole(size: size, client: nil) }
        switch family {
        case 0x11:
            // Source and destination address of 4 bytes, then the ports.
            guard length >= 12, let address: UInt32 = bytes.integer(at: 16), let port: UInt16 = bytes.integer(at: 24)
            else { return .invalid }
            return .whole(size: size, client: Endpoint(.v4(address), port))
        case 0x21:
            guard length >= 36, let address: UInt128 = bytes.integer(at: 16), let port: UInt16 = bytes.integer(at: 48)
            else { return .invalid }
            return .whole(size: size, client: Endpoint(IPAddress.v6(address).unmapped, port))
        // Unspecified, and the local sockets of the proxy's own host.
        case 0x00, 0x31: return .whole(size: size, client: nil)
        default: return .invalid
        }
    }
}

// MARK: - Version 1

extension ProxyHeader {
    /// The longest line, with its end: what UNKNOWN and two IPv6 addresses come to.
    private static let longestLine = 107

    private static func text(_ bytes: Span<UInt8>) -> Self {
        var end = word.count
        while end < min(bytes.count, longestLine), bytes[end] != 13, bytes[end] != 10 { end += 1 }
        guard end + 1 < longestLine else { return .invalid }
        guard end + 1 < bytes.count else { return end < bytes.count && bytes[end] == 10 ? .invalid : .incomplete }
        guard bytes[end] == 13, bytes[end + 1] == 10 else { return .invalid }
        let line = String(decoding: bytes.array(word.count..<end), as: UTF8.self)
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        // Whatever follows UNKNOWN is nobody's address.
        if parts.first == "UNKNOWN" { return .whole(size: end + 2, client: nil) }
        guard parts.count == 5, let source = address(parts[1], in: parts[0]), address(parts[2], in: parts[0]) != nil,
            let port = port(parts[3]), self.port(parts[4]) != nil
        else { return .invalid }
        return .whole(size: end + 2, client: Endpoint(source.unmapped, port))
    }

    private static func address(_ text: Substring, in family: Substring) -> IPAddress? {
        guard let address = IPAddress(text) else { return nil }
        switch (family, address.family) {
        case ("TCP4", .v4), ("TCP6", .v6): return address
        default: return nil
        }
    }

    private static func port(_ text: Substring) -> UInt16? {
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isNumber && (text.utf8.count == 1 || text.utf8.first != 0x30) ? UInt16(text) : nil
    }
}
