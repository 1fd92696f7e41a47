// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// What lies in a bag, as written on it.
enum BagLabel: Hashable {
    /// Relay sockets and clients' streams, which tell by their addresses what they are.
    case relays
    /// The sockets of one address at which clients are served, in the order of their group.
    case listeners(Kind, Endpoint)

    enum Kind: UInt64 {
        /// STUN and TURN over UDP.
        case datagrams = 1
        /// STUN and TURN over TCP and TLS.
        case streams = 2
        case web = 3
        /// STUN and TURN over TCP and TLS, behind proxies that say for whom they speak.
        case proxied = 4
        /// Metrics, over HTTP.
        case metrics = 5

        var transport: BindFailure.Transport { self == .datagrams ? .udp : .tcp }
    }

    private enum Tag {
        static let kind: UInt8 = 1
        static let endpoint: UInt8 = 2
    }

    var bytes: [UInt8] {
        var record = Record()
        switch self {
        case .relays: record.add(Tag.kind, 0 as UInt64)
        case .listeners(let kind, let endpoint):
            record.add(Tag.kind, kind.rawValue)
            record.add(Tag.endpoint, endpoint)
        }
        return record.bytes
    }

    init?(_ bytes: [UInt8]) {
        guard let record = Record(parsing: bytes.span), let number = record.number(Tag.kind) else { return nil }
        if number == 0 {
            self = .relays
        } else {
            guard let kind = Kind(rawValue: number), let endpoint = record.endpoint(Tag.endpoint) else { return nil }
            self = .listeners(kind, endpoint)
        }
    }
}
