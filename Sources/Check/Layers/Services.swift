// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import Wire

extension Checkup {
    /// DNS: whether the SRV records of the name, or of its domain, say what is served (RFC 8489 §8, RFC 8656 §4).
    ///
    /// - Parameter known: The addresses that lead to this server.
    func services(_ host: String, _ known: [IPAddress]) {
        guard let settings, host.contains(".") else { return }
        doing("looking for SRV records")
        var (right, wrong): ([String], [(text: String, cause: Cause)]) = ([], [])
        let parent = host.split(separator: ".").dropFirst().joined(separator: ".")
        for domain in parent.contains(".") ? [host, parent] : [host] {
            for service in Self.served(by: settings) {
                guard let records = Host.services(of: "\(service.label).\(domain)") else {
                    return tell(.skip(.dns, "no name server answers for SRV records"))
                }
                for record in records {
                    let name = "\(service.label).\(domain)"
                    // A record of the domain that names another host is that one's.
                    guard record.target == host.lowercased() || leads(record.target, to: known) else { continue }
                    if service.ports.contains(record.port) {
                        right.append("\(name) \(record.port)")
                    } else {
                        wrong.append(
                            (
                                "\(name) says port \(record.port), where this server does not serve it",
                                .serviceRecordWrong(port: service.ports.first)
                            ))
                    }
                }
            }
        }
        if !right.isEmpty { tell(.ok(.dns, "SRV records are right: \(right.joined(separator: ", "))")) }
        for (text, cause) in wrong { tell(.warn(.dns, text, cause)) }
        if right.isEmpty, wrong.isEmpty { tell(.skip(.dns, "no SRV records; browsers never ask for them")) }
    }

    private func leads(_ name: String, to known: [IPAddress]) -> Bool {
        ((try? Host.addresses(of: name)) ?? []).contains { known.contains($0) }
    }

    private static func served(by settings: Settings) -> [(label: String, ports: [UInt16])] {
        let secure = settings.hasCertificate
        let tls =
            secure && settings.servesTLS ? [settings.tlsListeningPort, settings.webTLSPort].compactMap(\.self) : []
        let dtls = secure && settings.servesDTLS && settings.servesUDP ? [settings.tlsListeningPort] : []
        let udp = settings.servesUDP ? [settings.listeningPort] : []
        let tcp = settings.servesTCP ? [settings.listeningPort] : []
        return [
            ("_stun._udp", udp), ("_stun._tcp", tcp), ("_stuns._tcp", tls), ("_turn._udp", udp), ("_turn._tcp", tcp),
            ("_turns._tcp", tls), ("_turns._udp", dtls),
        ]
    }
}
