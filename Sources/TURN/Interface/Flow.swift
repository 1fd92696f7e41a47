// SPDX-License-Identifier: Apache-2.0
package import Wire

/// How a client talks to the server.
@frozen
package enum Transport: UInt8, Hashable, Sendable, CaseIterable {
    case udp, tcp, tls, dtls

    /// Whether messages are cut out of a byte stream, where ChannelData is padded to four bytes (RFC 8656 §12.5).
    @inlinable
    package var isStream: Bool { self == .tcp || self == .tls }

    @inlinable @inline(__always)
    package static func == (a: Self, b: Self) -> Bool { a.rawValue == b.rawValue }
}

/// The 5-tuple that identifies a client (RFC 8656 §3.2): what an allocation belongs to.
@frozen
package struct Flow: Hashable, Sendable {
    package var client: Endpoint
    /// The address the client asked, never a wildcard: answers leave from it.
    package var server: Endpoint
    package var transport: Transport

    @inlinable
    package init(client: Endpoint, server: Endpoint, transport: Transport) {
        self.client = client
        self.server = server
        self.transport = transport
    }

    /// Written out, so that it is inlined into other modules.
    @inlinable @inline(__always)
    package static func == (a: Self, b: Self) -> Bool {
        a.client == b.client && a.server == b.server && a.transport == b.transport
    }
}

/// Names an allocation, or a port being reserved, within one worker's ``Relay``.
///
/// A slot is used again after its allocation ended, with the next generation: a stale name is recognised as such.
@frozen
package struct AllocationID: Hashable, Sendable {
    package let slot: UInt32
    package let generation: UInt32

    @inlinable
    package init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }
}
