// SPDX-License-Identifier: Apache-2.0

package import Wire

/// What the operator may see and do, whoever made a room. A room is named as the log names it, so that nobody gets into a
/// call by reading a list.
extension Rooms {
    /// Every room that is remembered, in no order.
    package var tokens: [String] { Array(rooms.keys) }

    /// The rooms that a name of the log, a token or a link stands for: one, unless two share the beginning of a hash.
    package func tokens(named name: String) -> [String] {
        let path = name.prefix { $0 != "?" && $0 != "#" }
        let last = path.split(separator: "/").last.map(String.init) ?? name
        if rooms[last] != nil { return [last] }
        return rooms.filter { $0.value.name == last }.map(\.key)
    }

    /// A room as the operator sees it; nil for one that is not remembered any more.
    package func entry(of token: String, now: Moment) -> JSON? {
        guard let room = rooms[token] else { return nil }
        let end = room.end(at: now.time)
        let people = room.seats.map { seat -> JSON in
            let address = seat.socket.flatMap { hall.callers[$0]?.address }
            return [
                "peerId": .string(seat.peer), "name": .string(seat.name),
                "address": address.map { .string("\($0)") } ?? .null, "away": .boolean(seat.awaySince != nil),
            ]
        }
        return [
            "id": .string(room.name), "status": .string(end != nil ? "ended" : people.count > 1 ? "active" : "waiting"),
            "ended": end.map { .string($0.rawValue) } ?? .null, "participants": .integer(Int64(people.count)),
            "maxParticipants": .integer(Int64(room.record.options.maxParticipants)),
            "pin": .boolean(room.record.options.pin != nil), "createdAt": .string("\(room.record.createdAt)"),
            "expiresAt": .string("\(room.record.expiresAt)"), "people": .array(people),
        ]
    }

    /// Ends a room as its owner may, and tells those inside why.
    package mutating func end(_ token: String, saying words: String?, now: Moment) throws(Refusal) {
        _ = try status(of: token, now: now)
        rooms[token]?.finish(.operated, saying: words, in: &hall, now: now)
        changes.insert(token)
    }

    /// Ends a room and forgets it: its link is answered as if it had never been.
    package mutating func delete(_ token: String, saying words: String?, now: Moment) throws(Refusal) {
        guard rooms[token] != nil else { throw .unknownRoom }
        rooms[token]?.finish(.operated, saying: words, in: &hall, now: now)
        changes.insert(token)
        if let room = rooms[token] { forget(token, room) }
    }
}
