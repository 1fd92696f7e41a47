// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// A TCP connection between a peer and a relayed address: a peer data connection (RFC 6062 §3).
struct Connection {
    enum State {
        /// A Connect request waits for it.
        case connecting(Addressee)
        /// It waits for a ConnectionBind request; the client began it, or the peer.
        case pending
        /// What comes from the client's data connection goes to the peer, and the other way round.
        case bound
    }

    /// The slot of its allocation.
    let slot: UInt32
    /// The peer as the client knows it.
    let peer: Endpoint
    var state: State
    /// The settings under which the peer was judged.
    var judged: UInt32

    var isPending: Bool { if case .pending = state { true } else { false } }
    var isBound: Bool { if case .bound = state { true } else { false } }
}

/// The peers' connections of all TCP allocations of a relay, by their names, and until when some of them wait.
struct Connections: ~Copyable {
    struct Place {
        var id = ConnectionID(rawValue: 0)
        var connection: Connection?
    }

    private var slab = Slab<Place> { Place() }
    private var places: [ConnectionID: UInt32] = [:]
    private var deadlines = Deadlines()

    var count: Int { places.count }

    /// The first that waits no longer, and when that is.
    var first: (due: Instant, id: ConnectionID)? { deadlines.first.map { ($0.due, slab[$0.slot].id) } }

    /// How many wait.
    var waiting: Int { deadlines.count }

    func contains(_ id: ConnectionID) -> Bool { places[id] != nil }

    subscript(id: ConnectionID) -> Connection? { places[id].flatMap { slab[$0].connection } }

    mutating func insert(_ connection: Connection, as id: ConnectionID, until due: Instant) {
        let place = slab.take()
        slab[place] = Place(id: id, connection: connection)
        places[id] = place
        deadlines.set(place, to: due)
    }

    /// Moves a connection on, and sets when it waits no longer; nil for never.
    mutating func set(_ id: ConnectionID, to state: Connection.State, until due: Instant?) {
        guard let place = places[id] else { return }
        slab[place].connection?.state = state
        if let due { deadlines.set(place, to: due) } else { deadlines.clear(place) }
    }

    mutating func setJudged(_ id: ConnectionID, under settings: UInt32) {
        if let place = places[id] { slab[place].connection?.judged = settings }
    }

    mutating func remove(_ id: ConnectionID) {
        guard let place = places.removeValue(forKey: id) else { return }
        slab[place] = Place()
        deadlines.clear(place)
        slab.give(place)
    }
}
