// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Wire

extension Room {
    /// Wrong pins that a subscriber may enter into this room.
    static let wrongPinLimit = 10
    /// Subscribers whose wrong pins are counted; beyond that a wrong pin ends the attempt at once.
    static let wrongPinAddressLimit = 256

    /// Somebody without a seat asks for one.
    mutating func join(
        _ join: ClientMessage.Join, acknowledged: Int64?, on socket: Socket, in hall: inout Hall, now: Moment
    ) {
        if let resume = join.resume, let index = seats.firstIndex(where: { ConstantTime.equal($0.resume, resume) }) {
            return take(index, acknowledged: acknowledged, on: socket, in: &hall, now: now)
        }
        guard admits(join, on: socket, in: &hall) else { return }
        guard seats.count < record.options.maxParticipants else {
            return refuse(socket, .roomFull, "\(seats.count) are inside, which is all the room holds", .full, in: &hall)
        }
        seat(join.name, on: socket, in: &hall, now: now)
    }

    /// Gives a fresh seat.
    private mutating func seat(_ name: Name?, on socket: Socket, in hall: inout Hall, now: Moment) {
        let peer = hall.token(bytes: 8)
        hall.outputs.append(.scope(.joined(peer: peer, room: scope, isGuest: false)))
        let servers = hall.mint(peer, now.time)
        let seat = Seat(
            peer: peer, resume: hall.token(bytes: 16), name: name?.description ?? "",
            role: seats.isEmpty ? .offerer : .answerer, takenAt: now.instant, socket: socket, heardAt: now.instant,
            renewal: servers.renewal(mintedAt: now))
        strangers.remove(socket)
        greet(seat, servers, in: &hall)
        tellAll(.peerJoined(seat.entry), in: &hall)
        seats.append(seat)
        hadTwo = hadTwo || seats.count >= 2
        moveEnd(in: &hall, now: now)
        hall.log(.joined(room: self.name, peer: peer, participants: seats.count))
    }

    /// Gives a seat back to its participant, whether the old socket has died or not.
    private mutating func take(
        _ index: Int, acknowledged: Int64?, on socket: Socket, in hall: inout Hall, now: Moment
    ) {
        if let acknowledged, !seats[index].acknowledge(acknowledged) {
            return hall.send(socket, .error(.badMessage, "“ack” names a message that was never sent"))
        }
        strangers.remove(socket)
        if let old = seats[index].socket { hall.close(old, .openedElsewhere) }
        let servers = hall.mint(seats[index].peer, now.time)
        let wasAway = seats[index].awaySince != nil
        seats[index].socket = socket
        seats[index].awaySince = nil
        seats[index].heardAt = now.instant
        seats[index].renewal = servers.renewal(mintedAt: now)
        let seat = seats[index]
        greet(seat, servers, in: &hall)
        seat.replay(in: &hall)
        if wasAway { tellAll(.peerBack(peer: seat.peer), except: seat.peer, in: &hall) }
        moveEnd(in: &hall, now: now)
        hall.log(.resumed(room: name, peer: seat.peer))
    }

    private func greet(_ seat: Seat, _ servers: ICEServers, in hall: inout Hall) {
        guard let socket = seat.socket else { return }
        let joined = ServerMessage.Joined(
            peer: seat.peer, resume: seat.resume, role: seat.role,
            peers: seats.filter { $0.peer != seat.peer }.map(\.entry), iceServers: servers,
            maxParticipants: record.options.maxParticipants)
        hall.send(socket, .joined(joined), acknowledged: seat.received)
    }

    /// Whether the pin is right or none is asked for; if not, says so.
    private mutating func admits(_ join: ClientMessage.Join, on socket: Socket, in hall: inout Hall) -> Bool {
        guard let hash = record.options.pin, let caller = hall.callers[socket] else { return true }
        let failures = wrongPins[caller.address] ?? 0
        guard failures < Self.wrongPinLimit else {
            refuse(socket, .rateLimited, "too many wrong pins", .tooFast, in: &hall)
            return false
        }
        guard let pin = join.pin else {
            hall.send(socket, .error(.pinRequired, "this room asks for a pin"))
            return false
        }
        if hash.admits(pin) {
            wrongPins[caller.address] = nil
            return true
        }
        guard failures > 0 || wrongPins.count < Self.wrongPinAddressLimit else {
            refuse(socket, .rateLimited, "too many wrong pins", .tooFast, in: &hall)
            return false
        }
        wrongPins[caller.address] = failures + 1
        if failures + 1 == Self.wrongPinLimit { hall.log(.tooManyWrongPins(room: name)) }
        hall.send(socket, .error(.pinWrong, "this is not the room's pin"))
        return false
    }

    /// Says why somebody without a seat may not stay, and closes.
    private mutating func refuse(
        _ socket: Socket, _ error: ServerMessage.ErrorCode, _ sentence: String, _ code: CloseCode, in hall: inout Hall
    ) {
        hall.send(socket, .error(error, sentence))
        strangers.remove(socket)
        hall.close(socket, code)
    }
}
