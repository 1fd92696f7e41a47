// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import Engine
internal import TURNClient
internal import Wire

extension Checkup {
    /// POLICY: whether the relay can be used as a door into its own network. Only permissions are asked for, nothing is sent.
    func policy(_ target: Target) {
        doing("trying forbidden peers")
        var probes: [(name: String, peer: IPAddress)] = [
            ("loopback", .loopbackV4), ("loopback of the whole net", .v4(0x7F01_0203)), ("this host", .anyV4),
            ("cloud metadata", .v4(0xA9FE_A9FE)), ("private network", .v4(0x0A00_0001)),
            ("private network", .v4(0xC0A8_0001)), ("multicast", .v4(0xE000_0001)),
            ("IPv6 loopback", .loopbackV6), ("mapped loopback", .v6(0xFFFF_7F00_0001)),
            ("private IPv6 network", .v6(0xFD << 120 | 1)),
        ]
        let own = ((try? Host.addresses()) ?? []).first { !$0.isLocalOnly && $0.isPublic }
        if let admin = own, settings?.prometheus == true { probes.append(("own address", admin)) }
        var wish = Wish()
        wish.isDual = true
        var (denied, opened): ([String], [String]) = ([], [])
        let account = plan.credentials.account(now: now)
        let caller = caller(target, as: account)
        defer { caller.leave() }
        guard caller.connect() == nil,
            caller.ask(.allocate(wish))?.facts != nil || caller.ask(.allocate(self.wish(at: target)))?.facts != nil
        else { return tell(.skip(.policy, "no allocation to try peers with")) }
        // A server that relays from loopback has its other relayed addresses there too: that says nothing.
        let relayed = caller.client.relayed.map(\.address)
        probes.removeAll { relayed.contains($0.peer) }
        let numbers = probes.map { caller.begin(.permit([Endpoint($0.peer, 80)])) }
        for (probe, number) in zip(probes, numbers) {
            guard let answer = caller.finish(number) else { continue }
            if answer.facts != nil {
                opened.append("\(probe.peer) (\(probe.name))")
            } else {
                denied.append("\(probe.peer)")
            }
        }
        if !denied.isEmpty { tell(.ok(.policy, "refuses \(denied.joined(separator: ", "))")) }
        guard !opened.isEmpty else { return }
        let text = "whoever has credentials reaches \(opened.joined(separator: ", ")) through the relay"
        tell(.fail(.policy, text, .peersOpen(isOwn: settings != nil)))
    }
}
