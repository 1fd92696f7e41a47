// SPDX-License-Identifier: Apache-2.0

package import Configuration
package import Engine
internal import Wire

extension Service {
    /// What the process was started with.
    package struct Surroundings: Sendable {
        package let environment: [String: String]
        package let program: Program

        package init(environment: [String: String], arguments: [String]) {
            self.environment = environment
            program = Program(arguments: arguments)
        }
    }

    /// Why the serving comes to an end.
    private enum Ending { case stop, replace }

    /// Serves until SIGTERM or SIGINT, then says goodbye to everybody, or leaves everything to the next process where
    /// somebody keeps it.
    ///
    /// To be called on the first thread, before others were started.
    ///
    /// - Parameter reread: Reads the configuration again, at SIGHUP.
    package func run(in surroundings: Surroundings, reread: @escaping () -> Verdict) throws(ServiceFailure) {
        let environment = surroundings.environment
        let supervisor = Supervisor(environment: environment)
        var passed = PassedDescriptors(environment: environment, process: Program.process)
        var ending: Ending?
        let loop = try ServiceFailure.wrapping { () throws(Errno) in
            try self.loop { self.receive($0, supervisor, surroundings.program, reread) { ending = $0 } }
        }
        watchCertificate(on: loop)
        watchMemory(on: loop)
        runtimeDirectory = environment["RUNTIME_DIRECTORY"]?.split(separator: ":").first.map { String($0) }
        finish = { ending = .stop }
        // Whoever asked for it is to hear that it begins.
        let farewell = Timer(on: loop) { ending = .replace }
        become = { [log] in
            let path = surroundings.program.path
            guard surroundings.program.starts() else {
                return "\(path) does not start; it would have to answer “version”"
            }
            log.write(.stopping, "becoming \(path), as asked")
            farewell.arm(at: loop.now.instant + .milliseconds(100))
            return nil
        }
        while true {
            try serve(after: passed, supervisor, on: loop)
            try watchAddresses(on: loop)
            try watchAlternates(on: loop)
            try followDirectory(on: loop)
            try answerAdministration(on: loop, reread: reread)
            let watchdog = supervisor?.watchdog.map { period in
                Watchdog(period: period, watching: loops, on: loop) { supervisor?.tell(["WATCHDOG=1"]) }
            }
            while ending == nil { loop.turn() }
            watchdog?.stop()
            supervisor?.tell(ending == .stop ? ["STOPPING=1", "STATUS=stopping"] : ["STATUS=becoming another program"])
            guard ending == .replace || supervisor != nil else {
                stop()
                break
            }
            leave()
            guard ending == .replace, let handover else { break }
            log.flush()
            let failure = handover.become(surroundings.program, environment: environment)
            log.write(.failure, "cannot become \(surroundings.program.path): \(failure); going on as before")
            passed = PassedDescriptors(handover.keeper.release(), named: handover.keeper.name)
            self.handover = nil
            ending = nil
        }
        log.finish()
    }

    /// Opens everything, with what the process before this one left, and says so.
    private func serve(
        after passed: PassedDescriptors, _ supervisor: Supervisor?, on loop: Loop
    ) throws(ServiceFailure) {
        let handover = try ServiceFailure.wrapping { () throws(Errno) in
            try Handover(passed, supervisor: supervisor, on: loop)
        }
        self.handover = handover
        secrets = handover.secrets
        for notice in handover.inheritance?.notices ?? [] { log.write(.host, notice) }
        try start()
        handover.complete()
        // Before anybody is told that it is ready: from then on nobody has to do with root.
        try dropPrivileges()
        log.write(.ready, settings.welcome(web: webEndpoints))
        supervisor?.tell(["READY=1", "STATUS=\(status)"])
    }

    /// Leaves everything that can go on to the next process, and says goodbye to the others.
    private func leave() {
        if let administration = administration.take() { administration.stop() }
        // The relays go on while web clients say goodbye.
        if let web = web.take() { web.stop() }
        if let storage = storage.take() { storage.stop() }
        let count = relay?.allocations ?? 0
        log.write(.stopping, "\(count) sessions are left to the next process", ["sessions": .count(UInt64(count))])
        relay?.leave()
        relay = nil
        handover?.finish()
    }

    private func receive(
        _ signal: Signal, _ supervisor: Supervisor?, _ program: Program, _ reread: () -> Verdict,
        _ end: (Ending) -> Void
    ) {
        switch signal {
        case .terminate, .interrupt:
            log.write(.stopping, signal == .terminate ? "SIGTERM came" : "SIGINT came")
            end(.stop)
        // A signal that ended the server instead would be worse than one that does nothing.
        case .hangUp:
            supervisor?.tell(["RELOADING=1", "MONOTONIC_USEC=\(Moment.read().instant.nanoseconds / 1000)"])
            reload(reread())
            directory?.look()
            refreshCertificate()
            supervisor?.tell(["READY=1", "STATUS=\(status)"])
        case .replace:
            guard program.starts() else {
                return log.write(
                    .failure, "SIGUSR2 came, but \(program.path) does not start; it would have to answer “version”")
            }
            log.write(.stopping, "SIGUSR2 came: becoming \(program.path)")
            end(.replace)
        }
    }

    /// One line for `systemctl status`.
    var status: String {
        let served = [
            relay == nil ? nil : "STUN and TURN", webLoop == nil ? nil : "web",
        ].compactMap { $0 }
        let awaited = awaited.isEmpty ? "" : "; waiting for \(awaited.map { "\($0)" }.joined(separator: ", "))"
        return "serving \(served.joined(separator: ", "))\(awaited)"
    }

    /// The loops that must turn.
    private var loops: [Stopper] { (relay?.loops ?? []) + (webLoop.map { [$0] } ?? []) }

    /// A loop that is told of signals.
    private func loop(_ receive: @escaping (Signal) -> Void) throws(Errno) -> Loop {
        let loop = try Loop()
        try Signals(on: loop, receive: receive)
        return loop
    }
}
