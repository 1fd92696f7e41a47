// SPDX-License-Identifier: Apache-2.0

package import Wire

/// Somebody who has a room's link and asked for credentials without taking a seat.
struct Guest {
    let name: String
    /// When the last credentials run out.
    var until: UnixTime
}

// What a room tells the relay: who is inside, where they are to be reached, and that it is over.

extension Room {
    /// How long the credentials of a guest are good.
    static let guestPatience = Duration.seconds(600)
    /// Guests of one room, of as many addresses; and of all rooms together.
    static let guestLimit = 64
    static let guestsInAll = 50_000

    /// The room as the relay knows it.
    var scope: String { "room/\(record.token)" }

    /// The name that credentials for a guest are made for, the same for the same address; nil when there are too many.
    mutating func admit(guest address: IPAddress, in hall: inout Hall, now: Moment) -> Guest? {
        let end = record.options.ttl == nil ? now.time + Self.guestPatience : record.expiresAt
        let until = min(now.time + Self.guestPatience, end)
        if let guest = guests[address.subscriber] {
            guests[address.subscriber]?.until = max(guest.until, until)
            return Guest(name: guest.name, until: until)
        }
        guard guests.count < Self.guestLimit, hall.guests < Self.guestsInAll else { return nil }
        let guest = Guest(name: hall.token(bytes: 8), until: until)
        guests[address.subscriber] = guest
        hall.guests += 1
        hall.outputs.append(.scope(.joined(peer: guest.name, room: scope, isGuest: true)))
        return guest
    }

    /// Forgets guests whose credentials have run out; what they allocated stays the room's.
    mutating func forgetGuests(in hall: inout Hall, now: Moment) {
        for (address, guest) in guests where guest.until <= now.time {
            guests[address] = nil
            hall.guests -= 1
            hall.outputs.append(.scope(.forgotten(guest: guest.name)))
        }
    }

    /// Takes all guests' credentials back.
    mutating func dismissGuests(in hall: inout Hall) {
        for guest in guests.values { hall.outputs.append(.revoke(peer: guest.name)) }
        hall.guests -= guests.count
        guests = [:]
    }

    /// Tells the relay of candidates before the other participant hears of them.
    mutating func signal(_ message: ServerMessage, from index: Int, in hall: inout Hall) {
        let addresses =
            switch message {
            case .offer(_, let sdp), .answer(_, let sdp): CandidateAddresses.of(sdp: sdp)
            case .candidate(_, let candidate): CandidateAddresses.of(candidate: candidate)
            default: [] as [IPAddress]
            }
        let fresh = seats[index].signalled.add(addresses)
        if !fresh.isEmpty { hall.outputs.append(.scope(.signalled(fresh, peer: seats[index].peer))) }
    }

    /// Tells a relay that knows nothing yet who is inside.
    func tellScope(in hall: inout Hall) {
        for guest in guests.values {
            hall.outputs.append(.scope(.joined(peer: guest.name, room: scope, isGuest: true)))
        }
        for seat in seats {
            hall.outputs.append(.scope(.joined(peer: seat.peer, room: scope, isGuest: false)))
            if !seat.signalled.addresses.isEmpty {
                hall.outputs.append(.scope(.signalled(seat.signalled.addresses, peer: seat.peer)))
            }
        }
    }
}

extension Rooms {
    /// `GET /api/webrtc-config`: the name that credentials of somebody without a seat are made for, and until when; nil
    /// where none are given: the room has a pin or is over, or there are too many guests.
    package mutating func guest(
        of token: String, from address: IPAddress, now: Moment
    ) -> (name: String, until: UnixTime)? {
        guard let room = rooms[token], room.end(at: now.time) == nil, room.record.options.pin == nil else { return nil }
        let guest = rooms[token]?.admit(guest: address, in: &hall, now: now)
        settle(token, now: now)
        return guest.flatMap { $0 }.map { ($0.name, $0.until) }
    }
}
