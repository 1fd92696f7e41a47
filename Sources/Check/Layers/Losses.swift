// SPDX-License-Identifier: Apache-2.0

internal import Wire

extension Checkup {
    /// HOST: where this machine's kernel loses datagrams before anybody sees them.
    func losses() {
        connectionTable()
        overflows()
    }

    /// A full table of the firewall's connections drops what is new: calls that cannot begin.
    private func connectionTable() {
        guard let count = Files.number("/proc/sys/net/netfilter/nf_conntrack_count"),
            let limit = Files.number("/proc/sys/net/netfilter/nf_conntrack_max"), limit > 0
        else { return }
        let percent = count * 100 / limit
        if percent < 80 {
            return tell(.ok(.host, "the firewall's table of connections is \(percent) % full (\(count) of \(limit))"))
        }
        tell(
            .warn(
                .host,
                "the firewall's table of connections is \(percent) % full (\(count) of \(limit)): new calls get lost",
                .connectionTableFull(limit: limit)))
    }

    /// What UDP sockets of this machine had no room for since it started.
    private func overflows() {
        guard let (received, dropped) = Self.datagrams(Files.text("/proc/net/snmp") ?? "") else { return }
        let figures = [
            (name: "datagramsReceived", value: Double(received)), (name: "datagramsDropped", value: Double(dropped)),
        ]
        let text = "of \(received + dropped) datagrams since this machine started, full sockets dropped \(dropped)"
        if dropped * 1000 <= received { return tell(.ok(.host, text, figures: figures)) }
        tell(
            .warn(
                .host, text, .datagramsDropped, figures: figures))
    }

    /// Datagrams that were received, and dropped for want of buffer, as /proc/net/snmp counts them.
    static func datagrams(_ text: String) -> (received: Int, dropped: Int)? {
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("Udp:") }.map { $0.split(separator: " ") }
        guard lines.count >= 2, let received = lines[0].firstIndex(of: "InDatagrams"),
            let dropped = lines[0].firstIndex(of: "RcvbufErrors"), max(received, dropped) < lines[1].count,
            let first = Int(lines[1][received]), let second = Int(lines[1][dropped])
        else { return nil }
        return (first, second)
    }
}
