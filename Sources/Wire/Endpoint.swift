// SPDX-License-Identifier: Apache-2.0

/// An address and a port: one end of a UDP flow or a TCP connection.
@frozen
package struct Endpoint: Hashable, Sendable {
    package var address: IPAddress
    package var port: UInt16

    @inlinable
    package init(_ address: IPAddress, _ port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Written out, so that it is inlined into other modules.
    @inlinable @inline(__always)
    package static func == (a: Self, b: Self) -> Bool { a.port == b.port && a.address == b.address }
}

extension Endpoint {
    /// Parses `192.0.2.1:3478` or `[2001:db8::1]:3478`; the port is required.
    package init?(_ text: some StringProtocol) {
        let text = Substring(text)
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        var host = text[..<colon]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        if host.first == "[", host.last == "]", host.utf8.count > 2 {
            host = host.dropFirst().dropLast()
            guard let address = IPAddress(host), address.family == .v6 else { return nil }
            self.init(address, port)
        } else {
            guard let address = IPAddress(host), address.family == .v4 else { return nil }
            self.init(address, port)
        }
    }
}

extension Endpoint: CustomStringConvertible {
    package var description: String {
        switch address {
        case .v4: "\(address):\(port)"
        case .v6: "[\(address)]:\(port)"
        }
    }
}
