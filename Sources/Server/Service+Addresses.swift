// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import Engine
internal import Wire

// The host's addresses and the public ones: found at the start, and followed from then on.

extension Service {
    /// Whose addresses are this server's, which of them are relayed from, and what clients are told.
    var ownAddresses: OwnAddresses {
        OwnAddresses(host: host, wishes: settings.wishes(told: publicAddresses.known))
    }

    /// Finds out what the host has and what `external-ip` leaves open; the start waits for it, since clients would be
    /// told wrong addresses.
    func findAddresses() throws(ServiceFailure) {
        host = try ServiceFailure.wrapping { () throws(Errno) in try Host.ownAddresses() }
        publicAddresses =
            PublicAddresses.mustBeFound(settings)
            ? PublicAddresses(settings, with: .host) : PublicAddresses(written: settings)
        // That there is nobody to ask was seen when the configuration was held against this host.
        tell(publicAddresses.problems.filter { $0 != settings.nobodyToAsk(on: host) })
    }

    /// Follows them from `loop` on, which must be running on this thread.
    func watchAddresses(on loop: Loop) throws(ServiceFailure) {
        do throws(Errno) {
            if hostChanges == nil {
                hostChanges = try AddressChanges(since: host, on: loop) { [unowned self] in follow($0) }
            }
            let mailbox = try Mailbox<PublicAddresses>()
            try mailbox.open(on: loop) { [unowned self] in adopt($0) }
            foundAddresses = mailbox
        } catch {
            throw .system(error)
        }
        reloadAddresses()
    }

    /// Looks for what the settings in force say; what was found before stays until then.
    func reloadAddresses() {
        guard PublicAddresses.mustBeFound(settings) else {
            if let watch = addressWatch.take() { watch.stop() }
            publicAddresses = PublicAddresses(written: settings)
            return
        }
        if addressWatch != nil {
            addressWatch?.reload(settings)
        } else if let foundAddresses {
            do throws(Errno) {
                addressWatch = try AddressWatch.start(settings, telling: foundAddresses)
            } catch {
                tell(["external-ip is not followed: \(error)"])
            }
        }
    }

    /// Goes by what the host has now: the relay and the peer policy at once, then whatever follows from it.
    private func follow(_ host: HostAddresses) {
        let (before, waited) = (self.host, awaited)
        self.host = host
        relay?.follow(ownAddresses)
        let come = host.reachable.filter { !before.reachable.contains($0) }
        let gone = before.reachable.filter { !host.reachable.contains($0) }
        if !come.isEmpty || !gone.isEmpty {
            log.write(
                .addresses, "the host's addresses have changed",
                ["come": .text(come.joined(separator: " ")), "gone": .text(gone.joined(separator: " "))])
        }
        for address in waited where host.has(address) {
            log.write(.listening, "the host has \(address) now: what was waiting for it is served")
        }
        if awaited != waited {
            tellAwaited(except: waited)
            handover?.supervisor?.tell(["STATUS=\(status)"])
        }
        // A public address may have come, or another private one be behind the NAT.
        addressWatch?.reload(settings)
    }

    // MARK: - Addresses that are not there yet

    /// Those that are listened at and that the host does not have.
    var awaited: [IPAddress] {
        var awaited: [IPAddress] = []
        for (_, address) in settings.awaited(on: host) where !awaited.contains(address) { awaited.append(address) }
        return awaited
    }

    /// Whether somebody can come in there already.
    func isHere(_ endpoint: Endpoint) -> Bool { endpoint.address.isUnspecified || host.has(endpoint.address) }

    /// Says which addresses are waited for.
    func tellAwaited(except told: [IPAddress] = []) {
        for (key, address) in settings.awaited(on: host) where !told.contains(address) {
            log.write(
                .host,
                "waiting for \(key)=\(address), which this host does not have; it is served as soon as it is there")
        }
    }

    // MARK: - Public addresses

    /// Takes over what was found, if it is new. Where nothing could be found out, what was known before stays.
    private func adopt(_ found: PublicAddresses) {
        guard found != publicAddresses else { return }
        if found.problems != publicAddresses.problems { tell(found.problems) }
        let before = publicAddresses.known
        publicAddresses.problems = found.problems
        guard found.problems.isEmpty, found.known != before else { return }
        publicAddresses.known = found.known
        log.write(
            .listening, "clients are told the public addresses of now",
            ["addresses": .text(found.known.map { "\($0.address)" }.joined(separator: " "))])
        reloadRelay()
    }

    private func tell(_ problems: [String]) {
        for problem in problems { log.write(.host, problem) }
    }
}

extension HostAddresses {
    /// What others may reach it by, for a line of the log: addresses, and networks that are routed to it.
    fileprivate var reachable: [String] {
        let routed = networks.filter { network in
            network.first.isRoutable && !entries.contains { network == Network(of: $0.address, length: 128) }
        }
        return addresses.filter(\.isRoutable).map { "\($0)" } + routed.map { "\($0)" }
    }
}
