// SPDX-License-Identifier: Apache-2.0

package import Wire

/// The query of a request to `/socket.io/` (Engine.IO protocol 4), and who asks.
package struct EngineQuery: Hashable, Sendable {
    package let version: String?
    package let transport: String?
    package let session: String?
    /// The client's IPv4 address or IPv6 /64.
    package let subscriber: IPAddress

    /// - Parameters: The fields `EIO`, `transport` and `sid`, and the client's address.
    package init(version: String?, transport: String?, session: String?, from address: IPAddress) {
        (self.version, self.transport, self.session) = (version, transport, session)
        subscriber = address.subscriber
    }
}

/// Why a request to `/socket.io/` is refused with 400; the numbers are Engine.IO's.
package enum EngineRefusal: Int, Error, Hashable, Sendable {
    case unknownTransport = 0
    case unknownSession = 1
    case badHandshakeMethod = 2
    case badRequest = 3
    case unsupportedVersion = 5

    /// The body that goes with the 400.
    package var json: JSON { ["code": .integer(Int64(rawValue)), "message": .string(message)] }

    private var message: String {
        switch self {
        case .unknownTransport: "Transport unknown"
        case .unknownSession: "Session ID unknown"
        case .badHandshakeMethod: "Bad handshake method"
        case .badRequest: "Bad request"
        case .unsupportedVersion: "Unsupported protocol version"
        }
    }
}
