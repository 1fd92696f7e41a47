// SPDX-License-Identifier: Apache-2.0
internal import Configuration
internal import Engine
internal import Wire

/// The thread that answers operators and their monitoring, as seen from outside: no worker ever waits for one of them.
struct AdminThread: ~Copyable {
    /// Where metrics are served; nil where they are not.
    let metrics: Endpoint?
    /// The socket of the verbs; nil where there is none.
    let socket: String?
    private let stopping: Mailbox<Farewell>
    private let thread: LoopThread

    /// Opens what the settings ask for and starts the thread; nil when they ask for nothing.
    ///
    /// - Parameters:
    ///   - socket: The path of the administration's socket; nil for none.
    ///   - left: What listens for metrics already; none where nothing does.
    ///   - keep: Has what listens for them outlive this process.
    ///   - service: Where the service looks for requests.
    ///   - relay: Nil where nothing is relayed.
    static func start(
        _ settings: Configuration.Settings, socket path: String?, metrics left: [Int32],
        keep: (@Sendable (Kept) -> Void)?, service: Mailbox<ServiceRequest>,
        relay: RelayService?, web: (@Sendable (WebInquiry) -> Void)?, log: Log
    ) throws(ServiceFailure) -> AdminThread? {
        guard settings.prometheus || path != nil else { return nil }
        let loop: Loop
        let stopping: Mailbox<Farewell>
        let office: Office
        let ask: @Sendable (Int, Inquiry) -> Void
        if let relay { ask = relay.ask } else { ask = { _, _ in } }
        do throws(Errno) {
            loop = try Loop()
            stopping = try Mailbox<Farewell>()
            let survey = try Survey(of: relay?.workerCount ?? 0, on: loop, ask: ask)
            let desk = try ServiceDesk(asking: service, on: loop)
            office = Office(survey: survey, desk: desk, web: try WebDesk(asking: web, on: loop))
        } catch {
            throw .system(error)
        }
        let metrics = try serveMetrics(settings, office, on: loop, with: left, keep: keep)
        let listener = path.flatMap { serveVerbs(at: $0, office, on: loop, log) }
        do throws(Errno) {
            try stopping.open(on: loop) { farewell in
                listener?.close()
                farewell.finished.post(true)
            }
            return AdminThread(
                metrics: metrics, socket: listener?.path, stopping: stopping,
                thread: try LoopThread(named: "admin", running: loop))
        } catch {
            throw .system(error)
        }
    }

    /// Removes the socket's name, and returns when the thread is gone.
    consuming func stop() {
        Farewell.wait(atMost: .seconds(1)) { stopping.post($0) }
        thread.stop()
    }

    private static func serveMetrics(
        _ settings: Configuration.Settings, _ office: Office, on loop: Loop, with left: [Int32],
        keep: (@Sendable (Kept) -> Void)?
    ) throws(ServiceFailure) -> Endpoint? {
        guard settings.prometheus else { return nil }
        let path = settings.prometheusPath
        let endpoint = Endpoint(settings.prometheusAddress, settings.prometheusPort)
        do throws(BindFailure) {
            let socket: Descriptor
            if let number = left.first {
                socket = Descriptor(owning: number)
            } else {
                socket = try Listener.open(at: endpoint)
            }
            for number in left.dropFirst() { _ = Descriptor(owning: number) }
            do throws(Errno) {
                let listener = try Listener(adopting: socket, on: loop) { [unowned loop] stream in
                    // Out of descriptors for epoll: the stream closes as it is let go.
                    try? MetricsConnection(on: stream, path: path, office, loop).open()
                }
                if let keep, let socket = try listener.duplicate() {
                    let bag = try Bag()
                    try bag.fill([socket.number], label: BagLabel.listeners(.metrics, listener.local).bytes)
                    keep(Kept(try bag.end()))
                }
                return listener.local
            } catch {
                throw BindFailure(endpoint, .tcp, error)
            }
        } catch {
            throw .bind(error)
        }
    }

    /// A server that cannot be administered still serves: what is wrong with the socket is told, and that is all.
    private static func serveVerbs(at path: String, _ office: Office, on loop: Loop, _ log: Log) -> LocalListener? {
        do throws(Errno) {
            return try LocalListener(at: path, on: loop) { stream in
                try? stream.open(owner: AdminConnection(on: stream, office))
            }
        } catch {
            log.write(.host, "no administration at “\(path)”: \(error)", ["adminSocket": .text(path)])
            return nil
        }
    }
}

/// Where operators' questions are answered: knows whom to ask. Lives on the thread's loop.
final class Office {
    let survey: Survey
    let desk: ServiceDesk
    let web: WebDesk

    init(survey: Survey, desk: ServiceDesk, web: WebDesk) {
        (self.survey, self.desk, self.web) = (survey, desk, web)
    }

    /// The whole server as it stands now.
    func report(_ done: @escaping (ServerReport) -> Void) {
        desk.ask(.facts) { [self] answer in
            guard case .facts(let facts) = answer else { return }
            survey.reports { [self] workers in
                web.census { rooms in
                    done(ServerReport(facts: facts, workers: workers, rooms: rooms, time: Moment.read().time))
                }
            }
        }
    }
}
