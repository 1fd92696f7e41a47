// SPDX-License-Identifier: Apache-2.0

internal import Addresses
package import Configuration
package import Engine
package import Store
package import TLS
package import Wire

/// The whole server: everything that the settings ask for, from the first socket to the last goodbye.
package final class Service {
    /// What is in force; a reload changes it.
    var settings: Settings
    let log: Log
    /// What this server's own credentials are made with, apart from the operator's secrets, so that those can be retired;
    /// and what nonces are.
    var secrets = LeftSecrets(nonceKey: Randomness.bytes(32), relaySecret: Hex.encode(Randomness.bytes(24)))
    /// Of connections to the relay and to the web together.
    private let limits: ConnectionLimits
    let quotas: AllocationQuotas
    /// What the process may take of the machine.
    let memory = MemoryBudget()
    var memoryTimer: Timer?
    /// What this process has to do with the one before it and the one after it; nil where it stands alone.
    var handover: Handover?
    var relay: RelayService?
    var storage: StorageThread?
    var directory: DirectoryThread?
    var web: WebThread?
    /// The web's loop, which tells whether it turns.
    var webLoop: Stopper?
    var administration: AdminThread?
    /// What the administration asks of the whole server.
    var requests: Mailbox<ServiceRequest>?
    /// Asks the web's thread; nil where there is none.
    var askWeb: (@Sendable (WebInquiry) -> Void)?
    /// Since when new allocations are refused; nil while they are not.
    var draining: ServerFacts.Draining?
    /// The folder that systemd made for what lives as long as the service (RUNTIME_DIRECTORY).
    var runtimeDirectory: String?
    /// Ends the server when it has run empty.
    var finish: () -> Void = {}
    /// Becomes the program that lies in its place, when this turn and the next moment are over; why not, where it cannot.
    var become: () -> String? = { "the server does not run" }
    let startedAt = Moment.read().time
    private(set) var memoryAtStart = 0
    var certificate: ServerCertificate?
    /// What the credentials of browsers are made with until the server ends.
    private var mintedWith = ""
    /// Gives the web a new certificate.
    var showToWeb: ((Context) -> Void)?
    /// What the host has, as far as is known; followed while the server runs.
    var host = HostAddresses()
    /// Tells of its changes.
    var hostChanges: AddressChanges?
    /// What `external-ip` came to.
    var publicAddresses = PublicAddresses(written: Settings())
    /// Where the watch leaves what it finds.
    var foundAddresses: Mailbox<PublicAddresses>?
    var addressWatch: AddressWatch?
    /// What the names of other servers came to, and who looks them up.
    var alternates = AlternateAddresses()
    var foundAlternates: Mailbox<AlternateAddresses>?
    var alternateWatch: AlternateWatch?
    /// What was wrong with the certificate's files when they were last looked at.
    var certificateTrouble: String?

    /// How long a credential opens allocations.
    private static let credentialLifetime = Duration.seconds(12 * 3600)

    package init(_ settings: Settings, log: Log) {
        (self.settings, self.log) = (settings, log)
        limits = ConnectionLimits(memory: memory)
        quotas = AllocationQuotas(memory: memory)
    }

    /// The server with the log that its settings ask for.
    ///
    /// - Parameter environment: Says whether the log goes to systemd's journal.
    package convenience init(_ settings: Settings, environment: [String: String]) {
        self.init(settings, log: Log(settings, environment: environment) { .read() })
    }

    /// Opens everything that the settings ask for; throws what could not be opened, with the rest closed again.
    package func start() throws(ServiceFailure) {
        applyLimits()
        do throws(ServiceFailure) {
            try readCertificate()
            try findAddresses()
            try startDirectory()
            releaseEntrances()
            try startRelay()
            try startWeb()
            try startAdministration()
            tellOfSurroundings()
            tellAwaited()
            memoryAtStart = Host.usage.residentBytes
        } catch {
            stop()
            throw error
        }
    }

    /// Says goodbye to everybody, and returns when all threads are gone.
    package func stop() {
        if let administration = administration.take() { administration.stop() }
        if let watch = addressWatch.take() { watch.stop() }
        if let watch = alternateWatch.take() { watch.stop() }
        if let web = web.take() { web.stop() }
        relay?.stop()
        relay = nil
        directory?.stop()
        directory = nil
        // Last, so that what the others still had to say is kept.
        if let storage = storage.take() { storage.stop() }
    }

    /// Where the web is served; empty when it is not.
    package private(set) var webEndpoints: [Endpoint] = []

    /// Where it is served over TLS; empty when it is not.
    package private(set) var secureWebEndpoints: [Endpoint] = []

    /// Where STUN and TURN are served over UDP, with DTLS and without; empty when they are not.
    package var relayEndpoints: [Endpoint] { settings.servesUDP ? relayDTLSEndpoints : [] }

    /// Where they are served over DTLS at least, if there is a certificate; empty when they are not.
    package var relayDTLSEndpoints: [Endpoint] { relay?.listeners.datagrams ?? [] }

    /// Where they are served over TCP and TLS, which the first byte tells apart; empty when they are not.
    package var relayStreamEndpoints: [Endpoint] { relay?.listeners.streams ?? [] }

    /// Puts the limits of connections into force.
    func applyLimits() {
        limits.limit(to: ConnectionLimits.Limits(settings, files: Host.raiseFileLimit()))
        applyMemoryLimit()
    }

    /// The certificate that is shown; nil where there is none.
    var shownCertificate: Certificate? { certificate?.identity.certificate }

    /// What the settings in force mean for the relay.
    func relaySettings() throws(ServiceFailure) -> RelayService.Settings {
        var meant = RelayService.Settings(
            settings, at: ownAddresses, ownSecret: settings.servesWeb ? secrets.relaySecret : nil,
            directory: directory?.directory, alternates: alternates.known,
            constants: RelayConstants(nonceKey: secrets.nonceKey, quotas: quotas),
            contexts: try certificate?.relayContexts() ?? RelayContexts(), limits: limits, log: log)
        meant.isDraining = draining != nil
        return meant
    }

    /// What the credentials of browsers are made with: what other servers know too, where they are sent to those.
    private var mintingSecret: String {
        let isShared = !settings.relayURLs.isEmpty || settings.sendsClientsElsewhere
        return (isShared ? settings.restSecrets.first : nil) ?? secrets.relaySecret
    }

    /// Stops being root where the operator wants that.
    func dropPrivileges() throws(ServiceFailure) {
        guard settings.processUser != nil || settings.processGroup != nil else { return }
        do throws(Privileges.Failure) {
            try Privileges.become(user: settings.processUser, group: settings.processGroup)
        } catch .notRoot {
            log.write(.host, "proc-user and proc-group change nothing, because the server was not started by root")
        } catch {
            throw .privileges(error)
        }
    }

    private func startRelay() throws(ServiceFailure) {
        let meant = try relaySettings()
        guard !meant.listeners.isEmpty else { return }
        let relay: RelayService
        do throws(RelayFailure) {
            relay = try RelayService(
                meant, after: handover?.inheritance ?? Inheritance(), keep: handover?.keeper.keep)
        } catch {
            throw .relay(error)
        }
        self.relay = relay
        for endpoint in relay.listeners.datagrams where isHere(endpoint) {
            log.write(.listening, "STUN and TURN at \(endpoint)/udp", ["at": .endpoint(endpoint)])
        }
        for endpoint in relay.listeners.streams where isHere(endpoint) {
            log.write(.listening, "STUN and TURN at \(endpoint)/tcp", ["at": .endpoint(endpoint)])
        }
        for endpoint in relay.listeners.proxied where isHere(endpoint) {
            log.write(.listening, "STUN and TURN behind a proxy at \(endpoint)/tcp", ["at": .endpoint(endpoint)])
        }
        for notice in relay.notices { log.write(.host, notice) }
    }

    private func startWeb() throws(ServiceFailure) {
        guard settings.servesWeb else { return }
        DataDirectory.make(settings.dataDirectory)
        makeChallengeFolder()
        let storage = try StorageThread.start(path: settings.dataDirectory + "/sterna.db", log: log)
        var offered = settings
        // The port that the kernel chose where zero was asked for.
        if let port = relayEndpoints.first?.port { offered.listeningPort = port }
        if certificate == nil { offered.certificate = nil }
        var mint = ICEServerMint(offered, secret: Array(mintingSecret.utf8), lifetime: Self.credentialLifetime)
        if let relay { (mint.onWithdrawal, mint.onScope) = (relay.withdraw, relay.tell) }
        mintedWith = mintingSecret
        let thread: WebThread
        do throws(ServiceFailure) {
            thread = try WebThread.start(
                settings, serving: try certificate?.webContext(), promises: certificate?.authority == nil,
                relay: settings.stunOnly ? nil : relayEndpoints.first,
                relaying: .init(
                    secure: settings.servesTLS ? relay?.adopt : nil, plain: settings.servesTCP ? relay?.take : nil),
                limits: limits, mint: mint,
                storage: storage, handover: handover, log: log)
        } catch {
            storage.stop()
            throw error
        }
        self.storage = consume storage
        webEndpoints = thread.endpoints
        webLoop = thread.loop
        secureWebEndpoints = thread.secureEndpoints
        if certificate != nil { showToWeb = thread.show }
        askWeb = thread.answer
        web = consume thread
        for endpoint in webEndpoints where isHere(endpoint) {
            log.write(.listening, "web at http://\(endpoint)", ["at": .endpoint(endpoint)])
        }
        for endpoint in secureWebEndpoints where isHere(endpoint) {
            log.write(.listening, "web at https://\(endpoint)", ["at": .endpoint(endpoint)])
        }
    }

    /// Tells the web what the settings in force mean for it.
    func reloadWeb() {
        guard web != nil else { return }
        makeChallengeFolder()
        web?.reload(settings)
        guard mintingSecret != mintedWith else { return }
        log.write(
            .configuration(.warning),
            "people in rooms are given credentials of the secret before; keep it beside the new one until a restart")
    }
}

/// Why the server cannot serve, told to the operator.
package enum ServiceFailure: Error, CustomStringConvertible {
    case authority(AuthorityProblem)
    case bind(BindFailure)
    case context(ContextProblem)
    case identity(IdentityProblem)
    case privileges(Privileges.Failure)
    case relay(RelayFailure)
    case store(StoreError)
    case system(Errno)

    /// Whether somebody has to change something: another try would end the same.
    package var needsOperator: Bool {
        switch self {
        case .bind(let failure), .relay(.bind(let failure)):
            [.addressInUse, .addressNotAvailable].contains(failure.errno)
        case .context, .identity, .privileges, .relay(.noRelayPorts): true
        case .authority, .relay(.resources), .store, .system: false
        }
    }

    package var description: String {
        switch self {
        case .authority(let problem): problem.description
        case .bind(let failure): failure.description
        case .context(let problem): problem.description
        case .identity(let problem): problem.description
        case .privileges(let failure): "proc-user and proc-group: \(failure)"
        case .relay(let failure): failure.description
        case .store(let error): error.description
        case .system(let errno): "the system refuses what a server needs: \(errno)"
        }
    }

    static func wrapping<Value: ~Copyable>(_ body: () throws(Errno) -> Value) throws(Self) -> Value {
        do throws(Errno) { return try body() } catch { throw .system(error) }
    }
}
