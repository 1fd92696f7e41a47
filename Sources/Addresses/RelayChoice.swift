// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Which of a host's addresses may be relayed from, and which of them first.
struct RelayChoice {
    let host: HostAddresses
    let wishes: OwnAddresses.Wishes
    let servesLoopback: Bool

    /// The addresses of one family, best first.
    func addresses(_ family: IPAddress.Family) -> [IPAddress] {
        guard wishes.relayAddresses.isEmpty else {
            // What the operator named is all there is, as in coturn.
            return wishes.relayAddresses.filter { $0.family == family && host.has($0) }
        }
        let fitting = host.entries.filter { $0.address.family == family && isUsable($0) }
        return fitting.enumerated().sorted { a, b in
            let (first, second) = (rank(a.element), rank(b.element))
            return first == second ? a.offset < b.offset : first < second
        }.map(\.element.address)
    }

    private func isUsable(_ entry: HostAddresses.Entry) -> Bool {
        guard !entry.isTentative else { return false }
        let address = entry.address
        if address.isLoopback { return servesLoopback }
        guard address.isRoutable else { return false }
        return address.isPublic || isMeant(address) || !isPublicElsewhere(than: address.family)
    }

    /// Somebody said so: the operator, or the kernel, which sends from there to the outside.
    private func isMeant(_ address: IPAddress) -> Bool {
        wishes.listening.contains(address) || wishes.external.contains { $0.local == address }
            || host.outgoing.contains(address)
            || wishes.external.contains { $0.local == nil && $0.address.family == address.family }
    }

    /// Whether the host is in the Internet with its other family alone: a private address beside that is a bridge's or
    /// a tunnel's, and no way out.
    private func isPublicElsewhere(than family: IPAddress.Family) -> Bool {
        !host.entries.contains { $0.address.family == family && $0.address.isPublic }
            && host.entries.contains { $0.address.family != family && $0.address.isPublic && $0.address.isRoutable }
    }

    /// The lower, the better.
    private func rank(_ entry: HostAddresses.Entry) -> Int {
        let address = entry.address
        var rank = address.isLoopback ? 64 : 0
        if !wishes.external.contains(where: { $0.local == address }), !wishes.listening.contains(address) { rank += 32 }
        if !address.isPublic { rank += 16 }
        if !host.outgoing.contains(address) { rank += 8 }
        if entry.isDeprecated { rank += 4 }
        if entry.isTemporary { rank += 2 }
        return rank
    }
}
