// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// A permission (RFC 8656 §9) or a channel binding (§12): one link in a list of its allocation.
struct Peer {
    /// A permission is for the address alone.
    var endpoint: Endpoint
    var expiry: Instant
    /// Zero for a permission.
    var channel: UInt16
    var standing: PeerPolicy.Standing
    /// The settings under which the peer was judged.
    var judged: UInt32
    var next: UInt32

    /// No place in the slab.
    static let none = UInt32.max

    static let blank = Peer(
        endpoint: Endpoint(.anyV4, 0), expiry: Instant(nanoseconds: 0), channel: 0, standing: .open, judged: 0,
        next: none)
}

/// The first link of a list of peers, and how many there are.
struct PeerList {
    var first = Peer.none
    var count = 0
}

/// The two lists of an allocation.
struct PeerLists {
    enum Kind { case permissions, channels }

    private var permissions = PeerList()
    private var channels = PeerList()

    subscript(kind: Kind) -> PeerList {
        @inline(__always)
        get { kind == .permissions ? permissions : channels }
        @inline(__always)
        set { if kind == .permissions { permissions = newValue } else { channels = newValue } }
    }
}
