// SPDX-License-Identifier: Apache-2.0

internal import HTTP
internal import Wire

/// Whom the site's requests are for.
struct SiteServices {
    let rooms: RoomService
    let talkie: TalkieService
    let channels: ChannelService
    let people: PeopleService
    let calls: CallService
}

extension Site {
    /// What belongs to channels and people.
    func serveMore(_ request: Request, _ route: Route, _ caller: Caller, now: Moment, answer: @escaping Answer) {
        switch route {
        case .users: createPerson(request, caller, now: now, answer: answer)
        case .history:
            anybody(request, answer: answer) { history(request, by: $0, caller, now: now, answer: answer) }
        case .image(let id) where request.method != .delete: image(id, caller, answer: answer)
        case .channels where request.method != .post:
            anybody(request, answer: answer) { answer(.json(.ok, channels.list(for: $0))) }
        default:
            serving(request, answer: answer) { person in
                switch (route, request.method) {
                case (.channels, _): createChannel(request, by: person, caller, now: now, answer: answer)
                case (.channel(let name), .patch):
                    renameChannel(name, request, by: person, caller, now: now, answer: answer)
                case (.channel(let name), _): closeChannel(name, by: person, answer: answer)
                case (.channelPeer(let name, let peer), _):
                    kick(peer, fromChannel: name, request, by: person, answer: answer)
                case (.bans(let name), _): answer(bans(in: name, for: person))
                case (.ban(let name, let banned), _): forgive(banned, in: name, by: person, answer: answer)
                case (.images, _): addImage(request, by: person, caller, now: now, answer: answer)
                case (.image(let id), _): deleteImage(id, by: person, caller, answer: answer)
                case (.chats, .post): createChat(request, by: person, answer: answer)
                case (.chats, _): answer(.json(.ok, calls.chats(of: person)))
                default: callLog(of: person, caller, answer: answer)
                }
            }
        }
    }
}
