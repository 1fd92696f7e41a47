// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import TLS
internal import TURN
internal import Wire

extension Service {
    /// Opens the administration's socket and the metrics, where the settings ask for them.
    func startAdministration() throws(ServiceFailure) {
        let requests = try ServiceFailure.wrapping { () throws(Errno) in try Mailbox<ServiceRequest>() }
        self.requests = requests
        let left = metricsEntrance.flatMap { handover?.inheritance?.takeListeners(.tcp, at: $0.endpoint) } ?? []
        administration = try AdminThread.start(
            settings, socket: adminSocket, metrics: left, keep: handover?.keeper.keep, service: requests, relay: relay,
            web: askWeb, log: log)
        guard let metrics = administration?.metrics else { return }
        log.write(
            .listening, "metrics at http://\(metrics)\(settings.prometheusPath)", ["at": .endpoint(metrics)])
    }

    /// Where the administration's socket is: as configured, else in the folder that systemd made for it.
    private var adminSocket: String? {
        if let path = settings.adminSocket { return path }
        return runtimeDirectory.map { "\($0)/admin.sock" }
    }

    /// Answers what the administration asks of the whole server, on this loop from now on.
    func answerAdministration(on loop: Loop, reread: @escaping () -> Verdict) throws(ServiceFailure) {
        try ServiceFailure.wrapping { () throws(Errno) in
            try requests?.open(on: loop) { [unowned self, unowned loop] request in
                request.answers.post(
                    ServiceAnswer(number: request.number, content: answer(request.order, on: loop, reread)))
            }
        }
    }

    private func answer(
        _ order: ServiceRequest.Order, on loop: Loop, _ reread: () -> Verdict
    ) -> ServiceAnswer.Content {
        switch order {
        case .facts: return .facts(facts)
        case .reload:
            let report = reload(reread())
            directory?.look()
            refreshCertificate()
            return .reloaded(report)
        case .drain(let within):
            guard relay != nil else { return .refused("nothing is relayed here that could end") }
            drain(within: within, on: loop)
            return .done
        case .stay:
            guard draining != nil else { return .refused("the server is not draining") }
            draining = nil
            reloadRelay()
            log.write(.stopping, "draining was cancelled: new allocations are taken again")
            return .done
        case .replace: return become().map { .refused($0) } ?? .done
        }
    }

    /// Takes no new allocations from now on, and ends when there are none, or as few as the operator gives up.
    private func drain(within patience: Duration, on loop: Loop) {
        let isNew = draining == nil
        draining = ServerFacts.Draining(until: loop.now.time + patience)
        reloadRelay()
        log.write(.stopping, "draining: new allocations are refused", ["within": .duration(patience)])
        if isNew { lookWhetherEmpty(on: loop) }
    }

    private func lookWhetherEmpty(on loop: Loop) {
        let timer = Timer(on: loop) { [unowned self, unowned loop] in
            guard let draining else { return }
            let left = relay?.allocations ?? 0
            let isDrained = left <= settings.drainMinimum
            if !isDrained, loop.now.time < draining.until { return lookWhetherEmpty(on: loop) }
            let rest = left == 0 ? "no allocation is left" : "no more than drain-min-allocations are left"
            log.write(.stopping, isDrained ? "drained: \(rest)" : "the time to drain is over")
            finish()
        }
        timer.arm(at: loop.now.instant + .milliseconds(500))
    }

    private var facts: ServerFacts {
        var listeners = relayDTLSEndpoints.map { "\($0)/udp" } + relayStreamEndpoints.map { "\($0)/tcp" }
        listeners += webEndpoints.map { "http://\($0)" } + secureWebEndpoints.map { "https://\($0)" }
        if let metrics = administration?.metrics { listeners.append("http://\(metrics)\(settings.prometheusPath)") }
        let users = directory?.directory
        return ServerFacts(
            realm: settings.realmOrDefault, startedAt: startedAt, listeners: listeners,
            certificateEnd: shownCertificate?.notAfter, certificateNames: shownCertificate?.names ?? [],
            draining: draining, users: users?.users.count, secrets: users?.secrets.count, memoryAtStart: memoryAtStart,
            memoryLimit: memory.limit, isShortOfMemory: memory.isShort)
    }
}
