// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import Wire

/// The thread that the web and the signaling live on, as seen from outside.
struct WebThread: ~Copyable {
    /// Where it listens.
    let endpoints: [Endpoint]

    /// How long WebSockets may take to say goodbye.
    private static let farewell = Duration.seconds(2)

    /// Told once, to leave.
    private let orders: Mailbox<Farewell>
    private let thread: LoopThread

    /// Says goodbye to everybody, and returns when the thread is gone.
    consuming func stop() {
        Farewell.wait(atMost: Self.farewell) { orders.post($0) }
        thread.stop()
    }

    /// Opens the listeners and starts the thread; changes of rooms go to `storage`.
    ///
    /// - Parameter relay: Where STUN and TURN are served over UDP, to be checked when somebody asks for readiness.
    static func start(
        _ settings: Configuration.Settings, port: UInt16, relay: Endpoint?, mint: ICEServerMint,
        storage: borrowing StorageThread, log: Log
    ) throws(ServiceFailure) -> WebThread {
        let loop: Loop
        let orders: Mailbox<Farewell>
        let records: StoredRooms
        do throws(Errno) {
            loop = try Loop()
            orders = try Mailbox()
            records = try StoredRooms(on: loop, orders: storage.orders, verdicts: storage.verdicts, log: log)
        } catch {
            throw .system(error)
        }
        let rooms = RoomService(settings, on: loop, mint: mint, records: records, log: log)
        rooms.restore(storage.rooms)
        let check = relay.map { RelayCheck(of: $0, on: loop, credential: mint.probe) }
        let site = Site(settings, rooms: rooms, readiness: Readiness(relay: check, records: records))
        let listener = WebListener(on: loop, site: site)
        let endpoints: [Endpoint]
        do throws(BindFailure) {
            endpoints = try listener.open(at: settings.webListeningAddresses, port: port)
        } catch {
            throw .bind(error)
        }
        do throws(Errno) {
            try orders.open(on: loop) { farewell in listener.leave { farewell.finished.post(true) } }
            return WebThread(
                endpoints: endpoints, orders: orders, thread: try LoopThread(named: "web", running: loop))
        } catch {
            throw .system(error)
        }
    }
}
