// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import TLS
internal import Wire

/// The thread that the web and the signaling live on, as seen from outside.
struct WebThread: ~Copyable {
    /// Where it listens for HTTP, and for HTTPS.
    let endpoints: [Endpoint]
    let secureEndpoints: [Endpoint]

    /// How long WebSockets may take to say goodbye.
    private static let farewell = Duration.seconds(2)

    /// What the thread is told to do.
    private enum Order: Sendable {
        case leave(Farewell)
        /// New handshakes are served with this.
        case show(Context)
        /// Requests are answered as these say.
        case reload(Configuration.Settings)
        /// Somebody wants to know how many rooms there are, or to see or end something.
        case answer(WebInquiry)
    }

    /// Who takes over clients that speak STUN and TURN, over TLS and without; nil where they are not to.
    struct Relaying {
        var secure: (@Sendable (SecureParcel) -> Void)?
        var plain: (@Sendable (StreamParcel) -> Void)?
    }

    private let orders: Mailbox<Order>
    private let thread: LoopThread

    /// Says goodbye to everybody, and returns when the thread is gone.
    consuming func stop() {
        Farewell.wait(atMost: Self.farewell) { orders.post(.leave($0)) }
        thread.stop()
    }

    /// Its loop, which tells whether it turns.
    var loop: Stopper { thread.stopper }

    /// Serves new handshakes with another certificate; running sessions keep theirs.
    var show: (Context) -> Void { { [orders] context in orders.post(.show(context)) } }

    /// Answers requests from now on as other settings say.
    func reload(_ settings: Configuration.Settings) { orders.post(.reload(settings)) }
    /// Answers whoever asks, from any thread.
    var answer: @Sendable (WebInquiry) -> Void { { [orders] inquiry in orders.post(.answer(inquiry)) } }

    /// Opens the listeners and starts the thread; changes of rooms go to `storage`.
    ///
    /// - Parameters:
    ///   - relay: Where STUN and TURN are served over UDP, to be checked when somebody asks for readiness.
    ///   - limits: Those of the whole server.
    ///   - handover: Has listening sockets that were left, and takes them for the next process.
    ///   - relaying: Takes over clients of the web's ports who come for STUN and TURN.
    static func start(
        _ settings: Configuration.Settings, serving context: Context?, promises: Bool, relay: Endpoint?,
        relaying: Relaying, limits: ConnectionLimits, mint: ICEServerMint,
        storage: borrowing StorageThread, handover: Handover?, log: Log
    ) throws(ServiceFailure) -> WebThread {
        let loop: Loop
        let orders: Mailbox<Order>
        let records: Records
        do throws(Errno) {
            loop = try Loop()
            orders = try Mailbox()
            records = try Records(
                on: loop, storage: storage.mailboxes, trouble: storage.remembered.trouble,
                retention: StorageRetention(age: settings.messageRetention, space: settings.databaseLimit), log: log)
        } catch {
            throw .system(error)
        }
        let kept = try? (handover?.keeper.keep).map { try KeptRooms(keep: $0) }
        let rooms = RoomService(settings, on: loop, mint: mint, records: records, kept: kept, log: log)
        rooms.restore(storage.remembered.rooms)
        rooms.resume(handover?.inheritance?.rooms ?? [])
        let people = PeopleService(records: records, remembered: storage.remembered)
        let channels = ChannelService(
            settings, on: loop, mint: mint, people: people, records: records, remembered: storage.remembered)
        let calls = CallService(
            settings, on: loop, mint: mint, people: people, records: records, remembered: storage.remembered.chats)
        records.remember = { remembered in
            rooms.restore(remembered.rooms)
            people.restore(remembered)
            channels.restore(remembered)
            calls.restore(remembered.chats)
        }
        let check = relay.map { RelayCheck(of: $0, on: loop, credential: mint.probe) }
        let readiness = Readiness(relay: check, records: records, memory: limits.memory)
        let talkie = TalkieService(settings, on: loop, log: log)
        let site = Site(
            settings,
            services: SiteServices(rooms: rooms, talkie: talkie, channels: channels, people: people, calls: calls),
            records: records, transport: SiteTransport(settings, promises: promises),
            readiness: readiness, machine: Host.name, memory: limits.memory, log: log)
        let moderator = Moderator(
            SiteServices(rooms: rooms, talkie: talkie, channels: channels, people: people, calls: calls),
            records: records, on: loop, log: log)
        let listener = WebListener(on: loop, site: site, limits: limits)
        listener.context = context
        (listener.relay, listener.plainRelay) = (relaying.secure, relaying.plain)
        readiness.certificate = { [weak listener] in listener?.context?.identity?.certificate }
        site.hosts.certificate = { [weak listener] in listener?.context?.identity?.certificate }
        var endpoints: [Endpoint] = []
        var secureEndpoints: [Endpoint] = []
        do throws(BindFailure) {
            let left = handover?.inheritance ?? Inheritance()
            let addresses = settings.webAddresses
            if let port = settings.webPort {
                let sockets = left.takeWeb(at: addresses, port: port)
                endpoints = try listener.open(at: addresses, port: port, isSecure: false, with: sockets)
            }
            if let port = settings.webTLSPort, context != nil {
                let sockets = left.takeWeb(at: addresses, port: port)
                secureEndpoints = try listener.open(at: addresses, port: port, isSecure: true, with: sockets)
            }
        } catch {
            throw .bind(error)
        }
        site.transport.securePort = secureEndpoints.first?.port
        do throws(Errno) {
            if let keep = handover?.keeper.keep { try listener.keep(keep) }
            try orders.open(on: loop) { order in
                switch order {
                case .leave(let farewell):
                    records.leave()
                    listener.leave { farewell.finished.post(true) }
                case .show(let context): listener.context = context
                case .reload(let settings): site.reload(settings)
                case .answer(let inquiry):
                    moderator.answer(inquiry.question) { content in
                        inquiry.answers.post(WebAnswer(number: inquiry.number, content: content))
                    }
                }
            }
            return WebThread(
                endpoints: endpoints, secureEndpoints: secureEndpoints, orders: orders,
                thread: try LoopThread(named: "web", running: loop))
        } catch {
            throw .system(error)
        }
    }
}
