// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// One room: its link's record, the seats in the order of arrival, and the sockets that have no seat yet.
struct Room {
    var record: RoomRecord
    var seats: [Seat] = []
    var strangers: Set<Socket> = []
    /// Who has credentials and no seat, by subscriber.
    var guests: [IPAddress: Guest] = [:]
    /// Wrong pins by subscriber.
    var wrongPins: [IPAddress: Int] = [:]
    /// Whether two were ever inside at once: what a one-time room's end depends on.
    var hadTwo = false
    /// The room's end as it was last written to disk.
    private var writtenEnd: UnixTime
    /// Whose room it is counted as.
    var maker: IPAddress?
    /// The alarm that is set for this room.
    var alarm: Instant?

    init(_ record: RoomRecord) {
        self.record = record
        writtenEnd = record.expiresAt
    }

    var name: String { RoomEvent.name(record.token) }

    /// Whether somebody was ever inside, as far as this process knows.
    private(set) var wasEntered = false

    var isEmpty: Bool { seats.isEmpty && strangers.isEmpty }

    /// Why the room is over, or nil while its link is good. Without `ttl` nobody is put out: those inside move the end.
    func end(at now: UnixTime) -> RoomRecord.End? {
        record.options.ttl == nil && !seats.isEmpty ? record.end : record.end(at: now)
    }

    /// Every join of a room without `ttl` moves its end; it is written again when a minute has come together.
    mutating func moveEnd(in hall: inout Hall, now: Moment) {
        wasEntered = true
        guard record.options.ttl == nil else { return }
        record.expiresAt = max(record.expiresAt, now.time + max(hall.settings.lifetime, .seconds(1)))
        guard record.expiresAt - writtenEnd >= .seconds(60) else { return }
        writtenEnd = record.expiresAt
        hall.outputs.append(.persist(record))
    }

    /// Ends the room for everybody and for good.
    ///
    /// - Parameter words: What those inside are told beside it.
    mutating func finish(_ reason: RoomRecord.End, saying words: String? = nil, in hall: inout Hall, now: Moment) {
        guard record.end == nil else { return }
        record.end = reason
        record.endedAt = now.time
        hall.outputs.append(.persist(record))
        for index in seats.indices {
            seats[index].tell(.ended(reason: reason.rawValue, words: words), in: &hall)
            if let socket = seats[index].socket { hall.close(socket, .ended) }
            hall.outputs.append(.revoke(peer: seats[index].peer))
        }
        for socket in strangers {
            hall.send(socket, .ended(reason: reason.rawValue, words: words))
            hall.close(socket, .ended)
        }
        dismissGuests(in: &hall)
        hall.outputs.append(.scope(.ended(room: scope)))
        seats = []
        strangers = []
        wrongPins = [:]
        hall.log(.ended(room: name, reason))
    }

    /// Frees a seat and tells the others.
    mutating func free(_ index: Int, because reason: LeaveReason, in hall: inout Hall, now: Moment) {
        let seat = seats.remove(at: index)
        hall.outputs.append(.revoke(peer: seat.peer))
        hall.log(.left(room: name, peer: seat.peer, reason, after: now.instant - seat.takenAt))
        tellAll(.peerLeft(peer: seat.peer, reason: reason), in: &hall)
    }

    /// Puts one participant out.
    mutating func kick(_ index: Int, in hall: inout Hall, now: Moment) {
        seats[index].tell(.ended(reason: LeaveReason.kicked.rawValue), in: &hall)
        if let socket = seats[index].socket { hall.close(socket, .ended) }
        free(index, because: .kicked, in: &hall, now: now)
    }

    /// Tells everybody, or everybody but one.
    mutating func tellAll(_ message: ServerMessage, except peer: String? = nil, in hall: inout Hall) {
        for index in seats.indices where seats[index].peer != peer { seats[index].tell(message, in: &hall) }
    }
}
