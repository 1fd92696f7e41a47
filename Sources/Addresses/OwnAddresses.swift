// SPDX-License-Identifier: Apache-2.0
package import Wire

/// What this server's own addresses are, which of them it relays from, and by which clients know them.
///
/// The one answer to that: allocations, the peer policy, relaying from one client to another and the check ask here. It
/// follows from what the host has and what the operator wrote, and never from what was allocated before.
package struct OwnAddresses: Hashable, Sendable {
    /// What the operator wrote about addresses.
    package struct Wishes: Hashable, Sendable {
        /// `relay-ip`: what is relayed from, and nothing else.
        package var relayAddresses: [IPAddress] = []
        /// What `external-ip` came to.
        package var external: [ExternalAddress] = []
        /// `listening-ip`, without wildcards.
        package var listening: [IPAddress] = []
        /// `allow-loopback-peers`.
        package var allowsLoopback = false

        package init() {}

        /// Whether the operator wrote that something is to happen at this address.
        func names(_ address: IPAddress) -> Bool { relayAddresses.contains(address) || listening.contains(address) }
    }

    package let host: HostAddresses
    package let wishes: Wishes
    /// What may be relayed from in each family, best first.
    private let v4: [IPAddress]
    private let v6: [IPAddress]
    /// The host's addresses that stand behind each public one.
    private let faces: [Face]
    /// Whether loopback addresses are relayed from.
    private let servesLoopback: Bool

    private struct Face: Hashable, Sendable {
        let address: IPAddress
        var behind: [IPAddress]
    }

    package init(host: HostAddresses = HostAddresses(), wishes: Wishes = Wishes()) {
        (self.host, self.wishes) = (host, wishes)
        let listensOnLoopbackAlone = !wishes.listening.isEmpty && wishes.listening.allSatisfy(\.isLoopback)
        servesLoopback = wishes.allowsLoopback || listensOnLoopbackAlone
        let choice = RelayChoice(host: host, wishes: wishes, servesLoopback: servesLoopback)
        (v4, v6) = (choice.addresses(.v4), choice.addresses(.v6))
        faces = Self.faces(wishes, relaying: v4 + v6)
    }

    /// Those that relayed addresses are told as by a public one, that one itself first where the host has it.
    private static func faces(_ wishes: Wishes, relaying all: [IPAddress]) -> [Face] {
        var faces: [Face] = []
        for external in wishes.external {
            var behind = external.local.map { [$0] } ?? []
            if external.local == nil {
                behind = all.filter { address in
                    address.family == external.address.family && !wishes.external.contains { $0.local == address }
                        && (!address.isLoopback || wishes.names(address))
                }
                if let index = behind.firstIndex(of: external.address) { behind.swapAt(0, index) }
            }
            if let index = faces.firstIndex(where: { $0.address == external.address }) {
                faces[index].behind += behind
            } else {
                faces.append(Face(address: external.address, behind: behind))
            }
        }
        return faces
    }

    /// The addresses that may be relayed from, best first.
    package func relayAddresses(_ family: IPAddress.Family) -> [IPAddress] { family == .v4 ? v4 : v6 }

    /// The address to relay a client from that asked `asked`; nil where the family has none.
    ///
    /// Its own side of the server wherever that is routable, because there a way to the client is known to exist.
    package func relayAddress(_ family: IPAddress.Family, asked: IPAddress) -> IPAddress? {
        let all = relayAddresses(family)
        let isNamed = !wishes.relayAddresses.isEmpty
        if asked.family == family, wishes.external.contains(where: { $0.local == asked }), all.contains(asked) {
            return asked
        }
        if servesLoopback, !isNamed, asked.isLoopback {
            if asked.family == family { return asked }
            if let loopback = all.first(where: \.isLoopback) { return loopback }
        }
        // One public address stands for one of the host's: a port there means one allocation.
        if let face = face(family), let behind = behind(face).first { return behind }
        if asked.family == family, all.contains(asked) || !isNamed && asked.isRoutable && host.has(asked) {
            return asked
        }
        return all.first
    }

    /// Whether allocations may have relayed addresses there, by the host's name for it or by the public one.
    package func relays(from address: IPAddress) -> Bool {
        guard !wishes.relayAddresses.isEmpty else { return contains(address) && !address.isLinkLocal }
        return wishes.relayAddresses.contains(address)
            || behind(address).contains { wishes.relayAddresses.contains($0) }
    }

    // MARK: - Whose it is

    /// Whether an address leads to this server: the host's own, those that NAT or the operator give it.
    package func contains(_ address: IPAddress) -> Bool {
        host.has(address) || isPublicFace(address) || wishes.relayAddresses.contains(address)
    }

    /// Whether clients are told other addresses than the host's anywhere.
    package var hasPublicFaces: Bool { !faces.isEmpty }

    /// Whether clients are told this address instead of one of the host's.
    package func isPublicFace(_ address: IPAddress) -> Bool { faces.contains { $0.address == address } }

    /// Whether an address that was relayed from is gone.
    package func haveLost(_ address: IPAddress) -> Bool { !host.entries.isEmpty && !host.has(address) }

    // MARK: - What it is called

    /// What clients are told for one of the host's addresses.
    package func advertised(_ address: IPAddress) -> IPAddress {
        guard !wishes.external.isEmpty else { return address }
        if let exact = wishes.external.first(where: { $0.local == address }) { return exact.address }
        guard address.isRoutable || wishes.names(address) else { return address }
        return face(address.family) ?? address
    }

    /// The host's addresses that clients know by a public one, the one that is relayed from first; none where it is no
    /// public face of this server.
    package func behind(_ address: IPAddress) -> [IPAddress] {
        for face in faces where face.address == address { return face.behind }
        return []
    }

    /// The public address of every address of a family that has none to itself.
    private func face(_ family: IPAddress.Family) -> IPAddress? {
        wishes.external.first { $0.local == nil && $0.address.family == family }?.address
    }

    // MARK: - What the operator is to know

    /// Whether clients somewhere in the Internet can be relayed for.
    package var isPublic: Bool {
        wishes.external.contains { $0.address.isPublic } || v4.contains(where: \.isPublic)
            || v6.contains(where: \.isPublic)
    }

    /// Addresses to listen at that the host does not have, and may get yet.
    package var awaited: [IPAddress] { wishes.listening.filter { !host.has($0) } }
}
