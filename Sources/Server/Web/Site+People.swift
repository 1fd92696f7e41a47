// SPDX-License-Identifier: Apache-2.0

internal import HTTP
internal import Signaling
internal import WebSocket
internal import Wire

/// `/api/users`, `/api/chats`, `/api/calls` and `/socket.io/` (API §2, §4).
extension Site {
    /// `POST /api/users`
    func createPerson(_ request: Request, _ caller: Caller, now: Moment, answer: @escaping Answer) {
        guard let body = try? JSON(parsing: request.body) else {
            return answer(.problem(.badRequest, "The body is not JSON."))
        }
        guard let name = body["name"]?.string.flatMap(Name.init) else {
            return answer(.problem(.badRequest, "“name” is not a string of 1 to 64 characters without controls."))
        }
        if let refusal = overUserRate(caller, now: now) { return answer(refusal) }
        people.create(name, now: now.time) { result in
            switch result {
            case .success(let person):
                answer(
                    .json(.created, ["userId": .string(person.record.id), "secret": .string(person.secret)]))
            case .failure(.tooManyPeople):
                answer(.problem(.unavailable, "There are as many people as this server holds."))
            case .failure(.notStored): answer(Self.notStored)
            }
        }
    }

    /// `POST /api/chats`
    func createChat(_ request: Request, by person: Person, answer: @escaping Answer) {
        let members = (try? JSON(parsing: request.body))?["members"]?.array?.compactMap(\.string) ?? []
        do throws(Calls.Refusal) {
            try calls.chat(of: members, by: person) { chat, isNew, isWritten in
                answer(isWritten ? .json(isNew ? .created : .ok, chat) : Self.notStored)
            }
        } catch {
            switch error {
            case .badMembers:
                answer(.problem(.badRequest, "“members” are not the userIds of two people, you and somebody else."))
            case .unknownPerson: answer(.problem(.notFound, "There is no such person."))
            }
        }
    }

    /// `GET /api/calls`
    func callLog(of person: Person, _ caller: Caller, answer: @escaping Answer) {
        calls.log(of: person, people: people, for: caller.address) { log in
            answer(log.map { .json(.ok, $0) } ?? Self.notRead)
        }
    }

    /// `/socket.io/`: a WebSocket for who asks for one, else a request of a polling client.
    func socketIO(_ request: Request, _ caller: Caller, asker: Asker, answer: @escaping Answer) {
        let fields = request.target.query
        let query = EngineQuery(
            version: fields["EIO"], transport: fields["transport"], session: fields["sid"],
            from: caller.address)
        let host = host(for: caller)
        if Handshake.isRequested(by: request) {
            do throws(EngineRefusal) {
                try calls.check(query)
            } catch {
                return answer(.json(.badRequest, error.json))
            }
            return answer(
                socket(request, WebSocket.Limits(.text)) { [calls] socket in
                    calls.connect(socket, query, host: host)
                    return calls
                })
        }
        // Pages of other sites are kept out here as they are of a WebSocket.
        guard origins.admits(request) else {
            return answer(.problem(.forbidden, "Pages of this origin may not connect here."))
        }
        asker.whenGone = calls.serve(query, body: request.method == .post ? request.body : nil, host: host) {
            switch $0 {
            case .packets(let packets): answer(.text(packets, type: "text/plain; charset=UTF-8"))
            case .taken: answer(.text("ok", type: "text/html"))
            case .refused(let refusal): answer(.json(.badRequest, refusal.json))
            }
        }
    }

    // MARK: - Who asks

    /// Lets `body` serve whoever has shown who they are, with `Authorization: Bearer userId:secret`.
    func serving(_ request: Request, answer: Answer, _ body: (Person) -> Void) {
        switch person(request.fields) {
        case .known(let person): body(person)
        case .refused(let reply): answer(reply)
        }
    }

    /// Who asks; nil where nobody says so.
    func anybody(_ request: Request, answer: Answer, _ body: (Person?) -> Void) {
        guard request.fields.contains("authorization") else { return body(nil) }
        serving(request, answer: answer, body)
    }

    private enum Identity {
        case known(Person)
        case refused(Reply)
    }

    private func person(_ fields: Fields) -> Identity {
        let parts = Self.bearer(fields)?.split(separator: ":", maxSplits: 1).map(String.init) ?? []
        guard parts.count == 2 else {
            let detail = "This takes who you are; send it as “Authorization: Bearer USERID:SECRET”."
            return .refused(.unauthorized(detail))
        }
        guard let person = people.authenticate(parts[0], parts[1]) else {
            if let ban = people.ban(of: parts[0], parts[1]) {
                let reason = ban.reason.map { ": \($0)" } ?? ""
                return .refused(.problem(.forbidden, "The operator of this server does not want you here\(reason)."))
            }
            return .refused(.problem(.forbidden, "This is not the secret of that person."))
        }
        return .known(person)
    }

    static var notStored: Reply {
        .problem(.unavailable, "This could not be stored; the server's disk is in trouble.")
    }

    /// Why a question to the database has no answer.
    static func notFound(_ finding: StorageFinding) -> Reply {
        guard case .tooMuch = finding else { return notRead }
        return .problem(
            .unavailable, "This takes too long to look up; ask for less: longer words, or fewer at a time.")
    }

    static var notRead: Reply {
        .problem(.unavailable, "This could not be read; the server's disk is in trouble.")
    }
}
