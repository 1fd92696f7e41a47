// SPDX-License-Identifier: Apache-2.0

internal import Wire

extension Room {
    /// Takes a text message from one of this room's sockets.
    mutating func receive(_ bytes: [UInt8], from socket: Socket, in hall: inout Hall, now: Moment) {
        guard let fields = try? JSON(parsing: bytes), let type = fields["type"]?.string else {
            return drop(socket, .badMessage, in: &hall, now: now)
        }
        if let index = seats.firstIndex(where: { $0.socket == socket }) {
            hear(index, in: &hall, now: now)
            receive(type, fields, fromSeat: index, in: &hall, now: now)
        } else {
            receive(type, fields, fromStranger: socket, in: &hall, now: now)
        }
    }

    /// Closes a socket for what it did; its seat, if it has one, is kept.
    private mutating func drop(_ socket: Socket, _ code: CloseCode, in hall: inout Hall, now: Moment) {
        hall.close(socket, code)
        lose(socket, in: &hall, now: now)
    }

    private mutating func receive(
        _ type: String, _ fields: JSON, fromStranger socket: Socket, in hall: inout Hall, now: Moment
    ) {
        if ClientMessage.needsSeat(type) { return drop(socket, .notJoined, in: &hall, now: now) }
        do throws(FieldProblem) {
            switch try ClientMessage(type, fields: fields) {
            case .join(let request):
                join(request, acknowledged: try fields.counter("ack"), on: socket, in: &hall, now: now)
            case .ping(let t):
                hall.send(socket, .pong(t: t))
            case .offer, .answer, .candidate, .state, .report, .bye:
                break  // These need a seat.
            }
        } catch {
            hall.send(socket, .error(.badMessage, error.sentence))
        }
    }

    private mutating func receive(
        _ type: String, _ fields: JSON, fromSeat index: Int, in hall: inout Hall, now: Moment
    ) {
        do throws(FieldProblem) {
            if let acknowledged = try fields.counter("ack"), !seats[index].acknowledge(acknowledged) {
                throw FieldProblem(sentence: "“ack” names a message that was never sent")
            }
            guard try isNext(type, fields, fromSeat: index, in: &hall, now: now) else { return }
            act(on: try ClientMessage(type, fields: fields), fromSeat: index, in: &hall, now: now)
        } catch {
            seats[index].tell(.error(.badMessage, error.sentence), in: &hall)
        }
    }

    /// Whether the message is the one that is waited for: a repeat is ignored, a gap closes the socket.
    private mutating func isNext(
        _ type: String, _ fields: JSON, fromSeat index: Int, in hall: inout Hall, now: Moment
    ) throws(FieldProblem) -> Bool {
        guard ClientMessage.counts(type) else { return true }
        guard let number = try fields.counter("seq") else {
            seats[index].stopCounting()
            return true
        }
        if seats[index].counting == .undecided { seats[index].counting = .counts }
        guard number > seats[index].received else { return false }
        guard number == seats[index].received + 1 else {
            if let socket = seats[index].socket { drop(socket, .badMessage, in: &hall, now: now) }
            return false
        }
        seats[index].received = number
        return true
    }

    private mutating func act(on message: ClientMessage, fromSeat index: Int, in hall: inout Hall, now: Moment) {
        let peer = seats[index].peer
        switch message {
        case .join:
            seats[index].tell(.error(.badMessage, "this socket has joined already"), in: &hall)
        case .offer(let to, let sdp):
            relay(.offer(from: peer, sdp: sdp), fromSeat: index, to: to, in: &hall)
        case .answer(let to, let sdp):
            relay(.answer(from: peer, sdp: sdp), fromSeat: index, to: to, in: &hall)
        case .candidate(let to, let candidate):
            relay(.candidate(from: peer, candidate), fromSeat: index, to: to, in: &hall)
        case .state(let media):
            seats[index].media = media
            tellAll(.state(from: peer, media), except: peer, in: &hall)
        case .report(let report):
            seats[index].reports += 1
            if seats[index].reports <= CallReport.limit { hall.outputs.append(.reported(report)) }
        case .bye:
            if let socket = seats[index].socket { hall.close(socket, .normal) }
            free(index, because: .bye, in: &hall, now: now)
        case .ping(let t):
            if let socket = seats[index].socket {
                hall.send(socket, .pong(t: t), acknowledged: seats[index].received)
            }
        }
    }

    /// Passes a message on to the one it is for; with two people that need not be said.
    private mutating func relay(_ message: ServerMessage, fromSeat index: Int, to: String?, in hall: inout Hall) {
        let others = seats.indices.filter { $0 != index }
        guard
            let other = to.map({ to in others.first { seats[$0].peer == to } })
                ?? (others.count == 1 ? others.first : nil)
        else {
            let sentence = to == nil ? "“to” is needed unless exactly one other is inside" : "nobody else here is “to”"
            return seats[index].tell(.error(.noSuchPeer, sentence), in: &hall)
        }
        signal(message, from: index, in: &hall)
        seats[other].tell(message, in: &hall)
    }
}

extension ClientMessage {
    /// Whether the verb may only be said from a seat.
    static func needsSeat(_ type: String) -> Bool {
        ["offer", "answer", "candidate", "state", "report", "bye"].contains(type)
    }

    /// Whether messages of that type carry a number.
    static func counts(_ type: String) -> Bool { type != "join" && type != "ping" }
}
