// SPDX-License-Identifier: Apache-2.0

internal import Crypto
package import Wire

/// The verbs of `/api/rooms`.
extension Rooms {
    /// Why a verb is not done; the status code that says so.
    package enum Refusal: Error, Hashable, Sendable {
        /// 404
        case unknownRoom
        /// 410
        case over
        /// 403
        case wrongKey
        /// 404
        case unknownPeer
        /// 503: as many rooms as the operator allows, and all of them are in use.
        case tooManyRooms
        /// 429: as many as one address may have.
        case tooManyRoomsOfAddress
    }

    /// A room that was just made; the only time that its owner's key is seen.
    package struct NewRoom: Hashable, Sendable {
        package let record: RoomRecord
        package let ownerKey: String
    }

    /// What anybody who has the link may know.
    package struct Status: Hashable, Sendable {
        package let record: RoomRecord
        /// Seats taken, of those who are away too.
        package let participants: Int

        package var isActive: Bool { participants >= 2 }
    }

    /// `POST /api/rooms`
    ///
    /// - Parameter maker: Whom it is counted for; nil for who may make as many as they like.
    package mutating func create(
        _ request: RoomRequest, by maker: IPAddress? = nil, now: Moment
    ) throws(Refusal) -> NewRoom {
        let pin = request.pin.map { PinHash($0, salt: hall.random.bytes(PinHash.saltSize)) }
        return try create(
            RoomOptions(
                ttl: request.ttl, maxParticipants: request.maxParticipants, oneTime: request.oneTime, pin: pin),
            by: maker?.subscriber, now: now)
    }

    /// `GET /api/rooms/{token}`
    package func status(of token: String, now: Moment) throws(Refusal) -> Status {
        guard let room = rooms[token] else { throw .unknownRoom }
        guard room.end(at: now.time) == nil else { throw .over }
        return Status(record: room.record, participants: room.seats.count)
    }

    /// `DELETE /api/rooms/{token}`
    package mutating func end(_ token: String, ownerKey: String, now: Moment) throws(Refusal) {
        try authorise(token, ownerKey: ownerKey, now: now)
        rooms[token]?.finish(.owner, in: &hall, now: now)
    }

    /// `DELETE /api/rooms/{token}/peers/{peer}`
    package mutating func kick(_ peer: String, from token: String, ownerKey: String, now: Moment) throws(Refusal) {
        try authorise(token, ownerKey: ownerKey, now: now)
        guard let index = rooms[token]?.seats.firstIndex(where: { $0.peer == peer }) else { throw .unknownPeer }
        rooms[token]?.kick(index, in: &hall, now: now)
        settle(token, now: now)
    }

    /// `POST /api/rooms/{token}/renew`
    package mutating func renew(_ token: String, ownerKey: String, now: Moment) throws(Refusal) -> NewRoom {
        try authorise(token, ownerKey: ownerKey, now: now)
        guard let options = rooms[token]?.record.options else { throw .unknownRoom }
        let room = try create(options, by: rooms[token]?.maker, now: now)
        rooms[token]?.finish(.renewed, in: &hall, now: now)
        return room
    }

    private mutating func create(_ options: RoomOptions, by maker: IPAddress?, now: Moment) throws(Refusal) -> NewRoom {
        if let maker, made[maker] ?? 0 >= settings.limitPerAddress { throw .tooManyRoomsOfAddress }
        if rooms.count >= settings.limit { makeRoom(now) }
        guard rooms.count < settings.limit else { throw .tooManyRooms }
        let ownerKey = hall.token(bytes: 24)
        let record = RoomRecord(
            token: hall.token(bytes: 16), ownerKeyHash: Self.hash(ownerKey), options: options,
            createdAt: now.time, expiresAt: now.time + (options.ttl ?? settings.lifetime))
        var room = Room(record)
        room.maker = maker
        if let maker { made[maker, default: 0] += 1 }
        rooms[record.token] = room
        ages.append(record.token)
        hall.outputs.append(.persist(record))
        hall.log(.created(room: room.name))
        scheduleSweep(now)
        return NewRoom(record: record, ownerKey: ownerKey)
    }

    private func authorise(_ token: String, ownerKey: String, now: Moment) throws(Refusal) {
        let record = try status(of: token, now: now).record
        guard ConstantTime.equal(Self.hash(ownerKey).span, record.ownerKeyHash.span) else { throw .wrongKey }
    }

    private static func hash(_ key: String) -> [UInt8] { HashFunction.sha256.digest(Array(key.utf8)).array }
}
