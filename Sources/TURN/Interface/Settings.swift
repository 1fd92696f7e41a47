// SPDX-License-Identifier: Apache-2.0
package import Addresses
package import Wire

/// What one worker's relay is told at its start and at every reload.
package struct Settings: Sendable {
    package var credentials: Credentials
    package var peerPolicy: PeerPolicy
    /// Realms besides the one of `credentials`.
    package var realms = Realms()
    /// Whether all requests of an allocation must have the same ORIGIN (`check-origin-consistency`).
    package var checksOrigin = false

    /// Secret of the nonces, 32 bytes, the same in all workers and over restarts.
    package var nonceKey: [UInt8]
    /// How long a nonce is good (`stale-nonce`); zero: for ever.
    package var nonceLifetime: Duration = .seconds(600)

    /// Whose addresses are this server's, which are relayed from and what clients are told: the peer policy's, too.
    package var addresses: OwnAddresses {
        get { peerPolicy.own }
        set { peerPolicy.own = newValue }
    }
    /// This worker's share of the relay ports of every address: disjoint from all other workers' shares. Ranges that
    /// begin even and end odd leave no port unusable for EVEN-PORT.
    package var ports: [ClosedRange<UInt16>] = [49152...65535]

    /// The longest lifetime granted (`max-allocate-lifetime`); at least the default of 600 s.
    package var maximumLifetime: Duration = .seconds(3600)
    package var permissionLifetime: Duration = .seconds(300)
    package var channelLifetime: Duration = .seconds(600)
    /// Channels up to 0x4FFF and no further, as RFC 8656 has them; else up to 0x7FFF, as RFC 5766 had them.
    package var rfc8656ChannelNumbers = false
    /// FINGERPRINT in every answer, not only in answers to requests that had it.
    package var fingerprints = false
    /// Permissions and, apart from them, channels that one allocation may have (`peers-per-allocation`).
    package var peersPerAllocation = 256
    /// What one allocation may relay each way (`max-bps`); zero: without limit.
    package var bytesPerSecond: UInt64 = 0
    /// This worker's share of what the server may relay each way (`bps-capacity`); zero: without limit.
    package var workerBytesPerSecond: UInt64 = 0
    /// Unauthenticated answers a second to one IPv4 address or IPv6 /64 (`unauthorized-ratelimit`); zero: without limit.
    package var strangerAnswersPerSecond: UInt32 = 0
    /// Unauthenticated answers at once after a time of silence: enough for fifty clients behind one address to start.
    package var strangerBurst: UInt32 = 400
    /// Answers `stun:` clients of RFC 3489, which know no magic cookie.
    package var rfc3489 = true
    /// Whether Binding requests are answered at all; not where `no-stun` is set.
    package var answersBinding = true
    /// Whether they need credentials (`secure-stun`).
    package var authenticatesBinding = false
    /// MAPPED-ADDRESS beside XOR-MAPPED-ADDRESS, as clients of old expect it (`stun-backward-compatibility`).
    package var mappedAddress = false
    /// The addresses of NAT behaviour discovery (`rfc5780`), one of each family at most; none: it is not answered.
    package var discovery: [Discovery] = []
    /// What SOFTWARE says in all answers but those to strangers' mistakes (`software-attribute`); empty: it is left out.
    package var software: [UInt8] = []
    /// A phrase in error answers to strangers too (`include-reason-string`).
    package var reasons = false
    /// The family of allocations that name none (`allocation-default-address-family`); nil: the client's own.
    package var defaultFamily: IPAddress.Family? = .v4
    /// Whether allocations may follow their clients to other addresses (`mobility`, RFC 8016).
    package var mobility = false
    /// Whether anything is relayed over UDP; not where `no-udp-relay` is set.
    package var relaysUDP = true
    /// Whether anything is relayed over TCP (RFC 6062); not where `no-tcp-relay` is set.
    package var relaysTCP = true
    /// Peers' TCP connections that one allocation may have.
    package var connectionsPerAllocation = 256
    /// Of those, how many may wait for their peer or their client at a time: what keeps an allocation from trying ports.
    package var waitingPerAllocation = 32
    /// Servers that all clients are sent to in turn instead of being relayed here (`alternate-server`).
    package var alternates: [Alternate] = []
    /// Whether the driver can send datagrams that must not be fragmented; else DONT-FRAGMENT is an unknown attribute.
    package var canForbidFragments = false
    /// Put in the first byte of reservation tokens, so that a request that came to another worker can be handed over.
    package var worker: UInt8 = 0
    /// How many workers there are that such a request can be handed to.
    package var workers = 1
    /// Whether credentials that this server made reach the people in their room and nobody else (`room-scoped-relay`).
    package var scopesRooms = true
    /// Who may have how many allocations; shared by all workers.
    package var quotas = Quotas.unlimited
    /// New allocations are refused with 508; those that are there live on.
    package var isDraining = false

    package init(credentials: Credentials, peerPolicy: PeerPolicy, nonceKey: [UInt8]) {
        self.credentials = credentials
        self.peerPolicy = peerPolicy
        self.nonceKey = nonceKey
    }
}
