// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import STUN
internal import Wire

/// What the relay knows of one client (RFC 8656 §3.2), or of a port held for one that is to come.
///
/// It refers to its peers, its port and its deadline by number, and lies in its slot: nothing copies it.
struct Allocation: ~Copyable {
    enum State: UInt8 {
        case unused
        /// The request is accepted, its sockets are being bound.
        case opening
        case active
        /// The second port of a pair is being bound.
        case reserving
        /// A port waits for an Allocate with its token.
        case reserved
        /// The ports are at work at another worker; nothing else is here.
        case lent
    }

    // What every packet looks at comes first and lies together.
    var flow: Flow
    var state = State.unused
    var generation: UInt32 = 0
    var expiry = Instant(nanoseconds: 0)
    /// Permissions and channels in the relay's slab of peers.
    var lists = PeerLists()
    var toPeersRate = Pace()
    var toClientRate = Pace()
    var icmpRate = Pace()
    var toPeers = Traffic()
    var toClient = Traffic()
    /// Packets that were dropped because the allocation or the server relays too much.
    var overRate: UInt64 = 0
    /// Packets relayed when activity was last looked at.
    var packetsMarked: UInt64 = 0
    // Sockets: the host's own endpoints, of UDP or of TCP.
    var relaysTCP = false
    var v4: Endpoint?
    var v6: Endpoint?

    /// Of peers with a TCP allocation.
    var connections: [ConnectionID] = []

    // Who owns it.
    var user: [UInt8] = []
    /// What its quota is counted under.
    var account = ""
    /// What it is counted under besides, where this server made the credentials.
    var minted: Quotas.Minted?
    /// Whom it may reach.
    var scope = Scope.open
    /// Peers that were refused because they are not of its room, and the last of them.
    var peersOutOfScope: UInt64 = 0
    var lastOutOfScope: IPAddress?
    /// The realm that the owner is of; empty for the server's own.
    var realm = ""
    /// ORIGIN of the Allocate request, where that is to stay the same.
    var origin: [UInt8] = []
    var key = Digest([UInt8]().span)
    var algorithm = PasswordAlgorithm.md5
    /// When the access token ends that it was made with or last refreshed with; nil where there was none.
    var authorizedUntil: UnixTime?

    // The Allocate request: what a repetition of it is recognised by and answered with.
    var transaction = TransactionID(high: 0, low: 0)
    var integrity = Integrity.sha1
    var wantsFingerprint = false
    var reservation: Reservation?
    var secondFamilyRefused: ErrorCode?
    var wantsTicket = false
    /// The number in the ticket with which the client may come from another flow; nil where it may not.
    var ticket: UInt64?
    /// The last request that a ticket was used in: its repetition is answered with the same new one.
    var moved: TransactionID?
    /// Where the client said that it is now, until it sends something from there.
    var nextFlow: Flow?
    var nextFlowHash: UInt32 = 0

    /// While opening: what is being bound, and what is to be bound after it.
    var opening = Opening()
    var flowHash: UInt32 = 0
    var began = Moment(instant: Instant(nanoseconds: 0), time: UnixTime(milliseconds: 0))

    static var blank: Allocation {
        Allocation(flow: Flow(client: Endpoint(.anyV4, 0), server: Endpoint(.anyV4, 0), transport: .udp))
    }

    /// What is given back when it ends.
    var claim: Quotas.Claim { Quotas.Claim(account: account, minted: minted) }

    /// The host's own endpoint of a family.
    func relayed(_ family: IPAddress.Family) -> Endpoint? { family == .v4 ? v4 : v6 }

    mutating func setRelayed(_ family: IPAddress.Family, _ endpoint: Endpoint?) {
        if family == .v4 { v4 = endpoint } else { v6 = endpoint }
    }
}

extension Allocation {
    /// A port next to an allocation's own, held for a later request (RFC 8656 §7.2).
    struct Reservation: Hashable {
        var slot: UInt32
        var generation: UInt32
        var token: UInt64
    }

    /// The sockets of an Allocate request, bound one after the other.
    struct Opening: Hashable {
        /// What is being bound just now.
        var endpoint: Endpoint?
        /// Ports tried in vain.
        var failures = 0
        var evenPort = false
        var pair = false
        var secondFamily = false
    }
}
