// SPDX-License-Identifier: Apache-2.0

internal import Wire

extension Room {
    /// When something happens in this room if nobody says anything; nil when nothing will.
    func nextWake(_ now: Moment) -> Instant? {
        guard !isEmpty || !guests.isEmpty else { return nil }
        // The wall clock may be set at any time: looked at once an hour at least.
        let end = guests.values.reduce(record.expiresAt) { min($0, $1.until) }
        let wake = now.instant + max(.zero, min(end - now.time, .seconds(3600)))
        return seats.map(\.nextWake).min().map { min($0, wake) } ?? wake
    }

    /// Does what the clocks say is due.
    mutating func wake(in hall: inout Hall, now: Moment) {
        if now.time >= record.expiresAt { moveEnd(in: &hall, now: now, orFinish: seats.isEmpty) }
        forgetGuests(in: &hall, now: now)
        for index in seats.indices.reversed() {
            if let since = seats[index].awaySince {
                if now.instant >= since + Seat.patience { giveUp(index, in: &hall, now: now) }
            } else if now.instant >= seats[index].heardAt + Seat.silence {
                away(index, in: &hall, now: now)
            } else if now.instant >= seats[index].renewal {
                let servers = hall.mint(seats[index].peer, now.time)
                seats[index].renewal = servers.renewal(mintedAt: now)
                seats[index].tell(.ice(servers), in: &hall)
            }
        }
    }

    private mutating func moveEnd(in hall: inout Hall, now: Moment, orFinish isEmpty: Bool) {
        if record.options.ttl != nil || isEmpty {
            finish(.expired, in: &hall, now: now)
        } else {
            moveEnd(in: &hall, now: now)
        }
    }

    /// A socket is gone: its seat, if it has one, is kept for a while.
    mutating func lose(_ socket: Socket, in hall: inout Hall, now: Moment) {
        strangers.remove(socket)
        guard let index = seats.firstIndex(where: { $0.socket == socket }) else { return }
        seats[index].socket = nil
        away(index, in: &hall, now: now)
    }

    /// Something came over a socket: browsers slow a hidden page down until it says nothing for a minute, and go on
    /// answering pings for it.
    mutating func hear(_ socket: Socket, in hall: inout Hall, now: Moment) {
        guard let index = seats.firstIndex(where: { $0.socket == socket }) else { return }
        hear(index, in: &hall, now: now)
    }

    /// Something was heard from the page.
    mutating func hear(_ index: Int, in hall: inout Hall, now: Moment) {
        seats[index].heardAt = now.instant
        guard seats[index].awaySince != nil else { return }
        seats[index].awaySince = nil
        tellAll(.peerBack(peer: seats[index].peer), except: seats[index].peer, in: &hall)
    }

    private mutating func away(_ index: Int, in hall: inout Hall, now: Moment) {
        guard seats[index].awaySince == nil else { return }
        seats[index].awaySince = now.instant
        tellAll(.peerAway(peer: seats[index].peer), except: seats[index].peer, in: &hall)
    }

    /// The seat is lost.
    private mutating func giveUp(_ index: Int, in hall: inout Hall, now: Moment) {
        if let socket = seats[index].socket { hall.close(socket, .timedOut) }
        free(index, because: .lost, in: &hall, now: now)
    }

    /// Gives up seats for which too much waits, and ends a one-time room that has had its call.
    mutating func settle(in hall: inout Hall, now: Moment) {
        while let index = seats.firstIndex(where: \.outbox.hasOverflowed) {
            if seats[index].counting == .undecided, seats[index].awaySince == nil {
                // It has never acknowledged anything: a client that does not count.
                seats[index].stopCounting()
            } else {
                giveUp(index, in: &hall, now: now)
            }
        }
        if record.options.oneTime, hadTwo, seats.count < 2 { finish(.oneTime, in: &hall, now: now) }
    }
}
