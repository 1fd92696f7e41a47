// SPDX-License-Identifier: Apache-2.0

package import Configuration
package import Engine
package import Store
package import Wire

/// The whole server: everything that the settings ask for, from the first socket to the last goodbye.
package final class Service {
    private let settings: Settings
    private let log: Log
    /// What this server's own credentials are made with: one of the operator's secrets, or one of this process.
    private let relaySecret: String
    private var relay: RelayService?
    private var storage: StorageThread?
    private var web: WebThread?

    /// How long a credential opens allocations.
    private static let credentialLifetime = Duration.seconds(12 * 3600)

    package init(_ settings: Settings, log: Log) {
        (self.settings, self.log) = (settings, log)
        relaySecret = settings.restSecrets.first ?? Hex.encode(Randomness.bytes(24))
    }

    /// The server with the log that its settings ask for.
    ///
    /// - Parameter environment: Says whether the log goes to systemd's journal.
    package convenience init(_ settings: Settings, environment: [String: String]) {
        self.init(settings, log: Log(settings, environment: environment) { .read() })
    }

    /// Serves until SIGTERM or SIGINT, then says goodbye to everybody.
    ///
    /// To be called on the first thread, before others were started.
    package func run() throws(ServiceFailure) {
        let loop = try ServiceFailure.wrapping { () throws(Errno) in try loopUntilSignal() }
        try start()
        log.write(.ready, settings.welcome(web: webEndpoints))
        loop.run()
        stop()
        log.finish()
    }

    /// Opens everything that the settings ask for; throws what could not be opened, with the rest closed again.
    package func start() throws(ServiceFailure) {
        do throws(ServiceFailure) {
            try startRelay()
            try startWeb()
        } catch {
            stop()
            throw error
        }
    }

    /// Says goodbye to everybody, and returns when all threads are gone.
    package func stop() {
        if let web = web.take() { web.stop() }
        relay?.stop()
        relay = nil
        // Last, so that what the others still had to say is kept.
        if let storage = storage.take() { storage.stop() }
    }

    /// Where the web is served; empty when it is not.
    package private(set) var webEndpoints: [Endpoint] = []

    /// Where STUN and TURN are served over UDP; empty when they are not.
    package var relayEndpoints: [Endpoint] { relay?.listeners ?? [] }

    private func startRelay() throws(ServiceFailure) {
        guard settings.servesUDP else { return }
        let relay: RelayService
        do throws(RelayFailure) {
            relay = try RelayService(
                RelayService.Settings(settings, ownSecret: settings.servesWeb ? relaySecret : nil, log: log))
        } catch {
            throw .relay(error)
        }
        self.relay = relay
        for endpoint in relay.listeners {
            log.write(.listening, "STUN and TURN at \(endpoint)/udp", ["at": .endpoint(endpoint)])
        }
        for notice in relay.notices { log.write(.host, notice) }
    }

    private func startWeb() throws(ServiceFailure) {
        guard let port = settings.webPort else { return }
        DataDirectory.make(settings.dataDirectory)
        let storage = try StorageThread.start(path: settings.dataDirectory + "/sterna.db")
        var offered = settings
        // The port that the kernel chose where zero was asked for.
        if let port = relayEndpoints.first?.port { offered.listeningPort = port }
        let mint = ICEServerMint(offered, secret: Array(relaySecret.utf8), lifetime: Self.credentialLifetime)
        let thread: WebThread
        do throws(ServiceFailure) {
            thread = try WebThread.start(
                settings, port: port, relay: settings.stunOnly ? nil : relayEndpoints.first, mint: mint,
                storage: storage, log: log)
        } catch {
            storage.stop()
            throw error
        }
        self.storage = consume storage
        webEndpoints = thread.endpoints
        web = consume thread
        for endpoint in webEndpoints {
            log.write(.listening, "web at http://\(endpoint)", ["at": .endpoint(endpoint)])
        }
    }

    /// A loop that ends when the process is asked to.
    private func loopUntilSignal() throws(Errno) -> Loop {
        let loop = try Loop()
        let stopper = loop.stopper
        try Signals(on: loop) { [log] signal in
            switch signal {
            case .terminate, .interrupt:
                log.write(.stopping, signal == .terminate ? "SIGTERM came" : "SIGINT came")
                stopper.stop()
            // A signal that ended the server instead would be worse than one that does nothing.
            case .hangUp: log.write(.configuration(.warning), "SIGHUP: settings are read at the start only")
            }
        }
        return loop
    }
}

/// Why the server cannot serve, told to the operator.
package enum ServiceFailure: Error, CustomStringConvertible {
    case bind(BindFailure)
    case relay(RelayFailure)
    case store(StoreError)
    case system(Errno)

    package var description: String {
        switch self {
        case .bind(let failure): failure.description
        case .relay(let failure): failure.description
        case .store(let error): error.description
        case .system(let errno): "the system refuses what a server needs: \(errno)"
        }
    }

    static func wrapping<Value: ~Copyable>(_ body: () throws(Errno) -> Value) throws(Self) -> Value {
        do throws(Errno) { return try body() } catch { throw .system(error) }
    }
}
