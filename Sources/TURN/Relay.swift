// SPDX-License-Identifier: Apache-2.0
package import Addresses
package import Crypto
internal import STUN
package import Wire

/// The STUN and TURN server of one worker thread (RFC 8489, RFC 8656), as a machine that performs no I/O.
///
/// Packets go in through ``receive(_:on:now:)`` and ``receive(count:from:at:now:)``, everything else through
/// ``handle(_:now:)``. After each of the three, act on the returned ``Outcome``, drain ``nextOutput()`` until it
/// returns nil, then sleep no longer than until ``deadline``, when `.tick` is due.
///
/// ```
/// client ──datagram or stream message──▶ receive(_:on:) ──.send──▶ peer
/// peer   ──datagram──▶ receive(count:from:at:) ──.deliver──▶ client
/// ```
///
/// It belongs to one thread, and lies in one place: a packet finds everything where it is and copies nothing.
package final class Relay {
    var settings: Settings {
        didSet { hasPublicFaces = settings.addresses.hasPublicFaces }
    }
    /// Whether clients are told other addresses than the host has: asked for every packet of a peer.
    var hasPublicFaces: Bool
    var nonces: NonceKey
    /// Counts reloads, so that peers judged under earlier settings are judged anew.
    var settingsNumber: UInt32 = 0
    var random: RandomStream
    let live: LiveAddresses
    let isListening: @Sendable (Endpoint) -> Bool

    var allocations = Slab<Allocation> { .blank }
    var flows: FlowTable
    var peers = Slab<Peer> { .blank }
    var pools: [PortPool] = []
    var deadlines = Deadlines()
    var reservations: [UInt64: UInt32] = [:]
    /// The allocation of each ticket that is out.
    var tickets: [UInt64: UInt32] = [:]
    var connections = Connections()

    /// What the whole worker has passed on against its share of the server's capacity.
    var toPeersRate = Pace()
    var toClientRate = Pace()
    var indicationNumber: UInt64 = 0
    var strangers: StrangerLimit
    /// Which of the other servers takes the next client.
    var alternateNumber = 0
    var withdrawals = Withdrawals()
    /// Who is in which room.
    var scopes = ScopeTable()
    /// Slots whose allocations were moved to another room.
    var scoped: [UInt32] = []
    @usableFromInline
    var changes = Changes()
    /// While a request is answered again, for which another worker has been asked or all mail been read.
    var isResuming = false
    /// What ``Outcome/elsewhere(worker:)`` is about; valid until the next input.
    package internal(set) var wanted: Wanted?

    var replies = Writer(capacity: 2048)
    var outputs = OutputRing(capacity: 64)

    /// More waits than can be answered: until this is false again, strangers are not. Told by the driver.
    package var isBehind = false

    /// What has happened since the start.
    package internal(set) var counts = Counts()
    /// Allocations that relayed something in the last span that ``markActivity()`` looked at.
    var activeCount = 0

    /// How many allocations there are; ports held in reserve are not counted.
    package internal(set) var allocationCount = 0

    /// - Parameters:
    ///   - random: Seeded for this worker alone: ports, tokens and hash seeds are drawn from it.
    ///   - live: The relayed addresses of every worker of this server.
    ///   - isListening: Whether one of them is of TCP, asked when a client wants to connect to such a peer.
    package init(
        settings: Settings, random: consuming RandomStream, live: LiveAddresses,
        isListening: @escaping @Sendable (Endpoint) -> Bool = { _ in false }
    ) {
        var random = random
        flows = FlowTable(random: &random)
        strangers = StrangerLimit(random: &random)
        self.random = random
        self.settings = settings
        hasPublicFaces = settings.addresses.hasPublicFaces
        self.live = live
        self.isListening = isListening
        nonces = NonceKey(settings.nonceKey)
    }

    /// What ``Output/reply(to:bytes:)`` and ``Framing/indication(header:)`` point into.
    package var replyBytes: [UInt8] { _read { yield replies.bytes } }

    /// Takes one STUN or ChannelData message of a client: a whole datagram, or what ``STUN/Frame`` cut from a stream.
    ///
    /// Allocates nothing for ChannelData and Send indications.
    package func receive(_ message: Span<UInt8>, on flow: Flow, now: Moment) -> Outcome {
        guard message.count >= 4 else { return .dropped(.notUnderstood) }
        // The first two bits tell the protocols apart (RFC 8656 §12).
        switch message[0] >> 6 {
        // A Binding request by its first two bytes: nothing more is done for it.
        case 0 where isBehind && message[0] == 0 && message[1] == 1 && flow.transport == .udp: return .dropped(.shed)
        case 0: return receiveSTUN(message, on: flow, now: now)
        case 1: return receiveChannelData(message, on: flow, now: now)
        default: return .dropped(.notUnderstood)
        }
    }

    /// Takes a datagram that reached an allocation's relay socket; its bytes stay where they are.
    ///
    /// Allocates nothing. The local socket is that of `peer`'s family.
    package func receive(
        count: Int, from peer: Endpoint, at allocation: AllocationID, now: Moment
    ) -> Outcome {
        guard let slot = slot(of: allocation), isActive(slot, now) else { return .dropped(.noAllocation) }
        return deliver(0..<count, from: shown(peer), to: slot, now: now)
    }

    /// Takes what is not a packet.
    package func handle(_ input: Input, now: Moment) {
        switch input {
        case .opened(let allocation, let endpoint): opened(allocation, at: endpoint, now: now)
        case .refused(let allocation, let endpoint, let reason):
            refused(allocation, at: endpoint, because: reason, now: now)
        case .disconnected(let flow): disconnected(flow, now: now)
        case .returned(let endpoint): returned(endpoint)
        case .kick(let allocation):
            if let slot = slot(of: allocation) { end(slot, because: .kicked, now: now) }
        case .withdraw(let name, let end): withdraw(name, until: end, now: now)
        case .scope(let change): self.change(change, now: now)
        case .icmp(let allocation, let peer, let error): report(error, about: peer, to: allocation, now: now)
        case .connected(let id): connected(id, now: now)
        case .unconnected(let id, let failure): unconnected(id, because: failure)
        case .closed(let id): forget(id)
        case .tick:
            expire(now: now)
            expireConnections(now: now)
        }
    }

    /// The next thing to do, oldest first.
    package func nextOutput() -> Output? { outputs.next() }

    /// When `.tick` is due, unless something comes before; nil: never.
    package var deadline: Instant? {
        guard let wait = connections.first?.due else { return deadlines.first?.due }
        return deadlines.first.map { min($0.due, wait) } ?? wait
    }

    /// Replaces the settings; allocations live on, peers are judged anew.
    ///
    /// Ports that are no longer this worker's stay with their allocations until those end.
    package func reload(_ settings: Settings) {
        if settings.ports != self.settings.ports { repartition(settings.ports) }
        self.settings = settings
        nonces = NonceKey(settings.nonceKey)
        settingsNumber &+= 1
    }

    /// What this server's addresses are, as far as it has been told.
    package var addresses: OwnAddresses { settings.addresses }

    /// Goes by other addresses of the host from now on; allocations live on, peers are judged anew.
    package func follow(_ addresses: OwnAddresses) {
        settings.addresses = addresses
        settingsNumber &+= 1
        // A host that changes its addresses every day does not gather their ports.
        pools.removeAll { $0.used == 0 && addresses.haveLost($0.address) }
    }

    /// Tells of every running allocation.
    package func sessions(now: Moment, _ visit: (SessionSummary) -> Void) {
        for slot in 0..<UInt32(allocations.capacity) where allocations[slot].state == .active {
            visit(summary(of: slot, because: nil, now: now))
        }
    }
}
