// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Crypto
internal import HTTP
internal import Signaling
internal import Web
internal import Wire

/// `/api/rooms` and what belongs to it (API §2).
extension Site {
    func createRoom(_ request: Request, _ caller: Caller, now: Moment, answer: @escaping Answer) {
        if let refusal = withoutCreationKey(request.fields) { return answer(refusal) }
        if let refusal = overRoomRate(caller, now: now) { return answer(refusal) }
        let wish: RoomRequest
        do {
            let body = request.body.isEmpty ? JSON.object([]) : try JSON(parsing: request.body)
            wish = try RoomRequest(parsing: body, settings: rooms.settings)
        } catch let problem as RoomRequest.Problem {
            return answer(.problem(.badRequest, "The room cannot be made: \(problem)."))
        } catch {
            return answer(.problem(.badRequest, "The body is not JSON."))
        }
        let maker = settings.roomCreation == .key ? nil : caller.address
        rooms.create(wish, by: maker, now: now) { [self] result in answer(made(result, caller)) }
    }

    /// The answer to whoever may not make rooms here.
    private func withoutCreationKey(_ fields: Fields) -> Reply? {
        guard settings.roomCreation == .key else { return nil }
        guard fields.contains("authorization") else {
            var reply = Reply.problem(
                .forbidden, "Making rooms takes a key here; send it as “Authorization: Bearer KEY”.")
            reply.response.set(.wwwAuthenticate, "Bearer")
            return reply
        }
        guard let key = Self.bearer(fields) else {
            return .unauthorized("The key is sent as “Authorization: Bearer KEY”.")
        }
        // Every key is compared, so that the time tells nothing.
        guard settings.roomKeys.count(where: { ConstantTime.equal($0, key) }) > 0 else {
            return .problem(.forbidden, "This key does not open rooms here.")
        }
        return nil
    }

    func renewRoom(_ token: String, _ request: Request, _ caller: Caller, now: Moment, answer: @escaping Answer) {
        guard let key = Self.bearer(request.fields) else { return answer(Self.ownerKeyMissing) }
        if let refusal = overRoomRate(caller, now: now) { return answer(refusal) }
        rooms.renew(token, ownerKey: key, now: now) { [self] result in answer(made(result, caller)) }
    }

    func roomStatus(_ token: String, now: Moment) -> Reply {
        do throws(Rooms.Refusal) {
            let status = try rooms.status(of: token, now: now)
            let options = status.record.options
            return .json(
                .ok,
                [
                    "token": .string(token), "status": status.isActive ? "active" : "waiting",
                    "participants": .integer(Int64(status.participants)),
                    "maxParticipants": .integer(Int64(options.maxParticipants)),
                    "pinRequired": .boolean(options.pin != nil),
                    "createdAt": .string(status.record.createdAt.description),
                    "expiresAt": .string(status.record.expiresAt.description),
                ])
        } catch {
            return Self.refusal(error)
        }
    }

    func endRoom(_ token: String, _ request: Request, now: Moment) -> Reply {
        guard let key = Self.bearer(request.fields) else { return Self.ownerKeyMissing }
        do throws(Rooms.Refusal) {
            try rooms.end(token, ownerKey: key, now: now)
            return Reply(Response(.noContent))
        } catch {
            return Self.refusal(error)
        }
    }

    func kick(_ peer: String, from token: String, _ request: Request, now: Moment) -> Reply {
        guard let key = Self.bearer(request.fields) else { return Self.ownerKeyMissing }
        do throws(Rooms.Refusal) {
            try rooms.kick(peer, from: token, ownerKey: key, now: now)
            return Reply(Response(.noContent))
        } catch {
            return Self.refusal(error)
        }
    }

    func qrCode(_ token: String, _ caller: Caller, now: Moment) -> Reply {
        do throws(Rooms.Refusal) {
            _ = try rooms.status(of: token, now: now)
        } catch {
            return Self.refusal(error)
        }
        guard let svg = QRCode.svg(link(to: token, for: caller)) else {
            return .problem(.badRequest, "The link is too long for a QR code.")
        }
        var response = Response(.ok, type: "image/svg+xml", body: Array(svg.utf8))
        response.set(.cacheControl, "no-store")
        return Reply(response)
    }

    /// Credentials for whoever holds the link of a live room without a pin; for everybody else STUN alone.
    func webRTCConfiguration(_ request: Request, _ caller: Caller, now: Moment) -> Reply {
        let host = host(for: caller)
        let servers =
            request.target.query["room"].map {
                rooms.mintForGuest(of: $0, from: caller.address, host: host, now: now)
            } ?? rooms.withoutCredentials(host: host, now: now.time)
        return .json(.ok, ["iceServers": servers.json, "expiresAt": .string(servers.expiresAt.description)])
    }

    private func made(_ result: Result<Rooms.NewRoom, RoomService.Failure>, _ caller: Caller) -> Reply {
        switch result {
        case .success(let room):
            var reply = Reply.json(
                .created,
                [
                    "token": .string(room.record.token), "url": .string(link(to: room.record.token, for: caller)),
                    "expiresAt": .string(room.record.expiresAt.description),
                    "maxParticipants": .integer(Int64(room.record.options.maxParticipants)),
                    "ownerKey": .string(room.ownerKey),
                ])
            reply.response.set(.location, "/api/rooms/\(room.record.token)")
            return reply
        case .failure(.refused(let refusal)): return Self.refusal(refusal)
        }
    }

    private static func refusal(_ refusal: Rooms.Refusal) -> Reply {
        switch refusal {
        case .unknownRoom: .problem(.notFound, "There has never been such a room.")
        case .over: .problem(.gone, "This room has ended.")
        case .wrongKey: .problem(.forbidden, "This is not the key of the room's owner.")
        case .unknownPeer: .problem(.notFound, "Nobody of that id is in the room.")
        case .tooManyRoomsOfAddress:
            .tooMany("There are as many rooms as your address may have; end some of them.", retryAfter: .seconds(3600))
        case .tooManyRooms: .problem(.unavailable, "There are as many rooms as this server holds.")
        }
    }

    private static var ownerKeyMissing: Reply {
        .unauthorized("This takes the key of the room's owner; send it as “Authorization: Bearer KEY”.")
    }

    /// The token of `Authorization: Bearer TOKEN`; nil when it is missing or malformed (RFC 6750 §2.1).
    static func bearer(_ fields: Fields) -> String? {
        guard let value = fields.only("authorization") else { return nil }
        let parts = value.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercasedASCII == "bearer" else { return nil }
        return String(parts[1])
    }
}
