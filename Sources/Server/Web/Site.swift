// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import HTTP
internal import Signaling
internal import WebSocket
internal import Wire

/// Everything that the web listener serves: finds the route of a request and has it answered.
final class Site {
    typealias Answer = (Reply) -> Void

    private(set) var settings: Configuration.Settings
    let rooms: RoomService
    let talkie: TalkieService
    let channels: ChannelService
    let people: PeopleService
    let calls: CallService
    let records: Records
    /// Answers that wait for their clients.
    let unread = UnreadBytes()
    /// What waits for clients of WebSockets, and long messages that are not complete.
    let held = UnreadBytes(perAddress: 64 << 20, limit: 256 << 20)
    /// What the process may take.
    let memory: MemoryBudget
    private(set) var origins: OriginPolicy
    /// Under which names this server may be asked.
    var hosts: HostPolicy
    private let machine: String?
    private let readiness: Readiness
    var transport: SiteTransport
    let log: Log
    private var pages = Pages()
    private var roomRates: AddressRates
    private var userRates: AddressRates
    private var imageRates: AddressRates
    private var searchRates: AddressRates
    private var lastSocket: UInt64 = 0

    init(
        _ settings: Configuration.Settings, services: SiteServices, records: Records, transport: SiteTransport,
        readiness: Readiness, machine: String?, memory: MemoryBudget, log: Log
    ) {
        self.memory = memory
        (self.settings, self.records, self.transport) = (settings, records, transport)
        (rooms, talkie, channels) = (services.rooms, services.talkie, services.channels)
        (people, calls) = (services.people, services.calls)
        (self.readiness, self.log) = (readiness, log)
        origins = Self.origins(settings)
        hosts = HostPolicy(settings, machine: machine)
        self.machine = machine
        roomRates = AddressRates(perMinute: settings.roomRate)
        userRates = AddressRates(perMinute: settings.userRate)
        imageRates = AddressRates(perMinute: Self.imageRate)
        searchRates = AddressRates(perMinute: Self.searchRate)
    }

    /// Serves from now on as other settings say; the limits of addresses begin anew where they have changed.
    func reload(_ settings: Configuration.Settings) {
        if settings.roomRate != self.settings.roomRate { roomRates = AddressRates(perMinute: settings.roomRate) }
        if settings.userRate != self.settings.userRate { userRates = AddressRates(perMinute: settings.userRate) }
        self.settings = settings
        origins = Self.origins(settings)
        let certificate = hosts.certificate
        hosts = HostPolicy(settings, machine: machine)
        hosts.certificate = certificate
        transport.reload(settings)
        rooms.reload(settings)
    }

    private static func origins(_ settings: Configuration.Settings) -> OriginPolicy {
        let own = settings.publicURL.map { [origin(of: $0)] } ?? []
        return OriginPolicy(allowed: own + settings.allowedOrigins)
    }

    func nextSocketNumber() -> UInt64 {
        lastSocket += 1
        return lastSocket
    }

    /// Answers the request, now or later, exactly once.
    ///
    /// - Parameter isSecure: Whether the connection itself is TLS.
    func serve(
        _ request: Request, from peer: IPAddress, isSecure: Bool, now: Moment, asker: Asker,
        answer: @escaping Answer
    ) {
        let route = Route(request.target.path)
        let caller = Caller(request, from: peer, isSecure: isSecure, trusting: settings.trustedProxies)
        let promise = caller.scheme == "https" ? transport.promise(to: caller.authority) : nil
        let answer: Answer = { [log] reply in
            log.write(request.method, route, reply.response.status, for: caller)
            answer(Self.hardened(reply, promise: promise))
        }
        let challenges = settings.acmeWebroot.map(ACMEChallenges.init(root:))
        if let response = challenges?.response(to: request.target.rawPath) { return answer(Reply(response)) }
        if let location = transport.redirection(of: request, caller) { return answer(Self.moved(to: location)) }
        guard let route else { return answer(page(request)) }
        if route.isForBrowsers, !caller.isProxied, !hosts.admits(caller.authority) {
            return answer(misdirected(caller))
        }
        guard route.methods.contains(request.method) else { return answer(Self.notAllowed(route.methods)) }
        if request.method == .options { return answer(Self.options(route.methods)) }
        if changes(request), !isInvited(request) { return answer(Self.uninvited) }
        if let refusal = withoutMemory(request, route, now: now) { return answer(refusal) }
        switch route {
        case .rooms: createRoom(request, caller, now: now, answer: answer)
        case .room(let token):
            if request.method == .delete {
                answer(endRoom(token, request, now: now))
            } else {
                answer(roomStatus(token, now: now))
            }
        case .peer(let token, let peer): answer(kick(peer, from: token, request, now: now))
        case .renewal(let token): renewRoom(token, request, caller, now: now, answer: answer)
        case .qrCode(let token): answer(qrCode(token, caller, now: now))
        case .webRTCConfiguration: answer(webRTCConfiguration(request, caller, now: now))
        case .health: answer(.json(.ok, ["status": "ok"]))
        case .readiness:
            readiness.ask(now: now) { reasons in
                let isReady = reasons.isEmpty
                answer(
                    .json(
                        isReady ? .ok : .unavailable,
                        [
                            "status": isReady ? "ready" : "not ready",
                            "reasons": .array(reasons.map(JSON.string)),
                        ]))
            }
        case .roomSocket(let token): answer(roomSocket(token, request, caller))
        case .socket where request.target.query["room"] == nil: answer(channelSocket(.text, request, caller))
        case .socket, .talkieSocket: answer(talkieSocket(request))
        case .voiceSocket: answer(channelSocket(.voice, request, caller))
        case .socketIO: socketIO(request, caller, asker: asker, answer: answer)
        case .channels, .channel, .channelPeer, .bans, .ban, .history, .images, .image, .users, .chats, .calls:
            serveMore(request, route, caller, now: now, answer: answer)
        }
    }

    /// The client's own address, behind proxies that the operator trusts.
    func address(of request: Request, from peer: IPAddress) -> IPAddress {
        Caller(request, from: peer, trusting: settings.trustedProxies).address
    }

    /// The link of a room as people pass it on.
    func link(to token: String, for caller: Caller) -> String { "\(base(for: caller))/r/\(token)" }

    /// The DNS name or address that TURN and STUN are offered under.
    func host(for caller: Caller) -> String {
        let base = base(for: caller)
        return Authority.host(of: base.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" })
    }

    /// Counts a room for the caller; the answer when there were too many.
    func overRoomRate(_ caller: Caller, now: Moment) -> Reply? {
        roomRates.take(caller.address, now: now.instant).map {
            .tooMany("Too many rooms from your address; at most \(settings.roomRate) a minute.", retryAfter: $0)
        }
    }

    /// Counts a person for the caller; the answer when there were too many.
    func overUserRate(_ caller: Caller, now: Moment) -> Reply? {
        userRates.take(caller.address, now: now.instant).map {
            .tooMany("Too many people from your address; at most \(settings.userRate) a minute.", retryAfter: $0)
        }
    }

    /// Pictures that one address may send in a minute.
    private static let imageRate = 20

    /// Counts a picture for the caller; the answer when there were too many.
    func overImageRate(_ caller: Caller, now: Moment) -> Reply? {
        imageRates.take(caller.address, now: now.instant).map {
            .tooMany("Too many pictures from your address; at most \(Self.imageRate) a minute.", retryAfter: $0)
        }
    }

    /// Searches that one address may make in a minute.
    private static let searchRate = 60

    /// Counts a search for the caller; the answer when there were too many.
    func overSearchRate(_ caller: Caller, now: Moment) -> Reply? {
        searchRates.take(caller.address, now: now.instant).map {
            .tooMany("Too many searches from your address; at most \(Self.searchRate) a minute.", retryAfter: $0)
        }
    }

    private func base(for caller: Caller) -> String {
        guard let url = settings.publicURL else { return "\(caller.scheme)://\(caller.authority)" }
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    private func page(_ request: Request) -> Reply {
        guard var response = pages.answer(to: request) else {
            return Pages.isBrowser(request.fields)
                ? Reply(Pages.notFound) : .problem(.notFound, "There is nothing at this path.")
        }
        switch request.method {
        case .get, .head: return Reply(response)
        case .options: return Self.options(Route.pageMethods)
        default:
            response = Self.notAllowed(Route.pageMethods).response
            return Reply(response)
        }
    }

    private static func options(_ methods: [HTTP.Method]) -> Reply {
        var response = Response(.noContent)
        response.set(.allow, methods.map(\.rawValue).joined(separator: ", "))
        return Reply(response)
    }

    private static func notAllowed(_ methods: [HTTP.Method]) -> Reply {
        var reply = Reply.problem(.methodNotAllowed, "This path does not know that method.")
        reply.response.set(.allow, methods.map(\.rawValue).joined(separator: ", "))
        return reply
    }

    private static func moved(to location: String) -> Reply {
        var response = Response(.permanentRedirect)
        response.set(.location, location)
        return Reply(response)
    }

    /// What every answer says, pages and problems alike.
    private static func hardened(_ reply: Reply, promise: String?) -> Reply {
        guard reply.response.status != .switchingProtocols else { return reply }
        var reply = reply
        if let promise { reply.response.set(.strictTransportSecurity, promise) }
        reply.response.set(.contentTypeOptions, "nosniff")
        reply.response.set(.referrerPolicy, "no-referrer")
        if reply.response[.contentSecurityPolicy] == nil {
            reply.response.set(.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
        }
        return reply
    }

    /// Scheme, host and port of a URL.
    private static func origin(of url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        return parts.count < 2 ? url : "\(parts[0])//\(parts[1])"
    }
}
