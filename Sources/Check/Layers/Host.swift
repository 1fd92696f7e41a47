// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Configuration
internal import TLS
internal import Wire

extension Checkup {
    /// HOST: what the machine gives the server.
    func machine() {
        guard let settings else { return }
        let user = serviceUser(settings)
        ports(settings)
        keyRights(settings, user)
        buffers(settings)
        losses()
        clock()
        files(user)
    }

    /// Who the server runs as: whoever holds its port now, else the user of the package, else this one.
    private func serviceUser(_ settings: Settings) -> SystemUser {
        let holder = Holder.holders(of: settings.listeningPort, settings.servesUDP ? .udp : .tcp).first { $0.isOurs }
        return holder.flatMap { SystemUser(number: $0.user) } ?? SystemUser(named: "sterna") ?? .current
    }

    private func ports(_ settings: Settings) {
        var wanted: [(UInt16, Transport)] = []
        if settings.servesUDP { wanted.append((settings.listeningPort, .udp)) }
        if settings.servesTCP { wanted.append((settings.listeningPort, .tcp)) }
        if settings.hasCertificate, settings.servesTLS { wanted.append((settings.tlsListeningPort, .tcp)) }
        if settings.hasCertificate, settings.servesDTLS, settings.servesUDP {
            wanted.append((settings.tlsListeningPort, .udp))
        }
        for port in [settings.webPort, settings.webTLSPort].compactMap(\.self) { wanted.append((port, .tcp)) }
        if let port = settings.webTLSPort, settings.servesWebUDP { wanted.append((port, .udp)) }
        var missing: [String] = []
        for (number, transport) in wanted {
            let port = Port(number, isUDP: transport == .udp)
            let holders = Holder.holders(of: number, transport)
            if let other = holders.first(where: { !$0.isOurs }) {
                tell(.fail(.host, "port \(port.words) is held by \(other.words)", .portTaken(other.taker)))
            } else if holders.isEmpty {
                missing.append(port.words)
            } else {
                listening.insert(port)
            }
        }
        guard !missing.isEmpty else { return }
        let text = "nothing listens at \(missing.joined(separator: ", "))"
        if plan.isOffline { return tell(.skip(.host, text)) }
        let all = missing.count == wanted.count
        tell(
            .fail(
                .host, all ? "Sterna is not running: \(text)" : text, all ? .notRunning : .otherConfiguration))
    }

    private func keyRights(_ settings: Settings, _ user: SystemUser) {
        guard let certificate = settings.certificate else { return }
        let key = settings.privateKey ?? certificate
        var blocked = false
        for path in certificate == key ? [key] : [certificate, key] {
            guard let (place, right) = user.obstacle(to: path) else { continue }
            blocked = true
            let isMissing = !Files.exists(place)
            tell(
                .fail(
                    .host,
                    isMissing
                        ? "“\(place)”, which \(path == key ? "pkey" : "cert") names, does not exist"
                        : "user \(user.name) may not \(right.rawValue) “\(place)”, which \(path == key ? "pkey" : "cert") needs",
                    isMissing ? .fileMissing : .fileUnreadable(path: place, user: user.name, right: right)))
        }
        guard !blocked else { return }
        do throws(IdentityProblem) {
            _ = try Identity(certificate: certificate, key: key, password: settings.privateKeyPassword)
            tell(.ok(.host, "user \(user.name) can read the certificate and its key, and they belong together"))
        } catch {
            let parts = "\(error)".split(separator: "; ", maxSplits: 1).map(String.init)
            tell(.fail(.host, parts[0], .keyUnfit(right: parts.count == 2 ? parts[1] : nil)))
        }
    }

    private func buffers(_ settings: Settings) {
        let wanted = settings.socketBufferSize * 8
        guard let granted = Files.number("/proc/sys/net/core/rmem_max") else { return }
        // The kernel counts its own bookkeeping in: what is asked for is what is compared.
        if granted >= wanted {
            return tell(.ok(.host, "socket buffers: up to \(granted) bytes, as many as are asked for"))
        }
        tell(
            .warn(
                .host, "socket buffers end at \(granted) bytes, \(wanted) are asked for: bursts of video get lost",
                .buffersSmall(wanted: wanted)))
    }

    private func clock() {
        switch linux_clock_is_synchronised() {
        case 1: tell(.ok(.host, "the clock is being kept right"))
        case 0:
            tell(
                .warn(
                    .host, "nobody keeps this machine's clock right; credentials that expire are judged by it",
                    .clockUnkept))
        default: tell(.skip(.host, "the kernel does not say whether the clock is kept right"))
        }
    }

    private func files(_ user: SystemUser) {
        guard let process = settings.flatMap({ Holder.holders(of: $0.listeningPort, .udp).first })?.server,
            let line = Files.text("/proc/\(process)/limits")?.split(separator: "\n").first(where: {
                $0.hasPrefix("Max open files")
            }), let limit = Int(line.dropFirst("Max open files".count).split(separator: " ").first ?? "")
        else { return }
        if limit >= 65_536 { return tell(.ok(.host, "the server may open \(limit) files")) }
        tell(
            .warn(
                .host, "the server may open \(limit) files only, one for each allocation", .fewFiles))
    }
}
