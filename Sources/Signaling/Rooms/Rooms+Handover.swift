// SPDX-License-Identifier: Apache-2.0

package import Wire

// What the rooms tell of the people inside, so that another process can give them their seats back. The rooms themselves
// are on the disk.

extension Rooms {
    /// A room in which something changed that another process would have to know; nil when all have been told.
    package mutating func nextChange() -> String? { changes.popFirst() }

    /// Who is inside a room or has credentials for it, and what waits for them; nil when nobody is.
    package func record(of token: String) -> Record? {
        guard let room = rooms[token], !room.seats.isEmpty || !room.guests.isEmpty else { return nil }
        var record = Record()
        record.add(Tag.token, token)
        record.add(Tag.hadTwo, room.hadTwo ? 1 : 0 as UInt64)
        for seat in room.seats { record.add(Tag.seat, seat.record) }
        for (address, guest) in room.guests { record.add(Tag.guest, guest.record(address)) }
        return record
    }

    /// Gives everybody the seat back that they had in another process: all are away until they come with their `resume`.
    mutating func resume(_ record: Record, now: Moment) {
        guard let token = record.text(Tag.token), let room = rooms[token], room.seats.isEmpty,
            room.end(at: now.time) == nil
        else { return }
        rooms[token]?.seats = record.records(Tag.seat).compactMap { Seat($0, now: now) }
        rooms[token]?.hadTwo = record.number(Tag.hadTwo) == 1
        for (address, guest) in record.records(Tag.guest).compactMap({ Guest.read($0) }) {
            rooms[token]?.guests[address] = guest
            hall.guests += 1
        }
        rooms[token]?.tellScope(in: &hall)
        settle(token, now: now)
    }

    private enum Tag {
        static let token: UInt8 = 1
        static let hadTwo: UInt8 = 2
        static let seat: UInt8 = 3
        static let guest: UInt8 = 4
    }
}

extension Guest {
    fileprivate func record(_ address: IPAddress) -> Record {
        var record = Record()
        record.add(1, "\(address)")
        record.add(2, name)
        record.add(3, until.milliseconds)
        return record
    }

    fileprivate static func read(_ record: Record) -> (IPAddress, Guest)? {
        guard let address = record.text(1).flatMap({ IPAddress($0) }), let name = record.text(2),
            let until = record.signedNumber(3)
        else { return nil }
        return (address, Guest(name: name, until: UnixTime(milliseconds: until)))
    }
}

extension Seat {
    private enum Tag {
        static let peer: UInt8 = 1
        static let resume: UInt8 = 2
        static let name: UInt8 = 3
        static let role: UInt8 = 4
        static let takenAt: UInt8 = 5
        static let media: UInt8 = 6
        static let received: UInt8 = 7
        static let counting: UInt8 = 8
        static let renewal: UInt8 = 9
        static let sent: UInt8 = 10
        static let message: UInt8 = 11
        static let signalled: UInt8 = 12
    }

    var record: Record {
        var record = Record()
        record.add(Tag.peer, peer)
        record.add(Tag.resume, resume)
        record.add(Tag.name, name)
        record.add(Tag.role, role.rawValue)
        record.add(Tag.takenAt, takenAt.nanoseconds)
        record.add(Tag.media, (media.audio ? 1 : 0) | (media.video ? 2 : 0) | (media.screen ? 4 : 0) as UInt64)
        record.add(Tag.received, received)
        record.add(Tag.counting, counting.rawValue)
        record.add(Tag.renewal, renewal.nanoseconds)
        record.add(Tag.sent, outbox.sent)
        for address in signalled.addresses { record.add(Tag.signalled, "\(address)") }
        for (_, message) in outbox.unacknowledged {
            record.add(Tag.message, message.bytes(number: nil, acknowledged: nil))
        }
        return record
    }

    /// A seat whose participant is away from now on; nil when something is missing without which it is none.
    init?(_ record: Record, now: Moment) {
        guard let peer = record.text(Tag.peer), let resume = record.text(Tag.resume), !peer.isEmpty, !resume.isEmpty,
            let role = record.text(Tag.role).flatMap(ServerMessage.Role.init)
        else { return nil }
        self.init(
            peer: peer, resume: resume, name: record.text(Tag.name) ?? "", role: role,
            takenAt: Instant(nanoseconds: record.number(Tag.takenAt) ?? now.instant.nanoseconds), socket: nil,
            heardAt: now.instant, renewal: Instant(nanoseconds: record.number(Tag.renewal) ?? 0))
        awaySince = now.instant
        let bits = record.number(Tag.media) ?? 0
        media = MediaState(audio: bits & 1 != 0, video: bits & 2 != 0, screen: bits & 4 != 0)
        signalled = Signalled(
            record.fields.filter { $0.tag == Tag.signalled }
                .compactMap { IPAddress(String(decoding: $0.value, as: UTF8.self)) })
        received = max(0, record.signedNumber(Tag.received) ?? 0)
        counting = record.number(Tag.counting).flatMap(Counting.init) ?? .undecided
        let messages = record.fields.filter { $0.tag == Tag.message }.compactMap { field in
            ServerMessage(kept: field.value).map { ($0, field.value.count) }
        }
        outbox = Outbox(sent: max(Int64(messages.count), record.signedNumber(Tag.sent) ?? 0), unacknowledged: messages)
    }
}

extension ServerMessage {
    /// A message of another process, as ``bytes(number:acknowledged:)`` wrote it without either; nil when it is none.
    fileprivate init?(kept bytes: [UInt8]) {
        guard let members = (try? JSON(parsing: bytes))?.object, let type = members.first?.value.string,
            members.first?.name == "type"
        else { return nil }
        self = .kept(type: type, Array(members.dropFirst()))
    }
}
