// SPDX-License-Identifier: Apache-2.0

internal import STUN
internal import TURN

extension Log {
    /// What happened at the relay, as a line.
    func write(_ event: RelayEvent) {
        switch event {
        case .ended(let session, let worker):
            // The server's own check of itself is nobody's session.
            guard !session.user.hasSuffix(RelayCheck.user) else { return }
            write(
                .session, "a session ended",
                [
                    "session": .text(session.allocation.name(at: worker)), "user": .text(session.user),
                    "client": .endpoint(session.flow.client),
                    "transport": .text("\(session.flow.transport)"),
                    "relays": .text(session.relaysTCP ? "tcp" : "udp"),
                    "relayed": .text(session.relayed.map { "\($0)" }.joined(separator: " ")),
                    "duration": .duration(session.duration),
                    "packetsToPeers": .count(session.toPeers.packets), "bytesToPeers": .count(session.toPeers.bytes),
                    "packetsToClient": .count(session.toClient.packets),
                    "bytesToClient": .count(session.toClient.bytes),
                    "reason": .text(session.reason.map { "\($0)" } ?? "server stopped"),
                ])
        case .notKept(let errno):
            write(
                .host,
                "a restart would end some of the calls: the kernel keeps no more sockets (\(errno)); "
                    + "a higher limit of open files would help")
        case .refused(let refused, let session):
            let event = Self.event(for: refused)
            guard isWanted(event) else { return }
            var fields: [(name: String, value: LogValue)] = [
                ("client", .endpoint(refused.flow.client)), ("code", .count(refused.code.rawValue)),
                ("peer", .text(refused.peer.map { "\($0)" } ?? "")), ("reason", .text(refused.cause.word)),
                ("because", .text(refused.explanation)),
            ]
            if let session { fields.append(("session", .text(session))) }
            write(event, "a request was refused", fields)
        }
    }

    /// A client's first request is challenged and never told of; what it answers wrongly is what operators look for.
    private static func event(for refused: Refused) -> Event {
        switch (refused.cause, refused.code) {
        case (.neighbourPeer, _): .neighbour
        case (.draining, _): .refused
        case (_, .unauthenticated): .credentials
        case (_, .allocationQuotaReached), (_, .insufficientCapacity): .capacity
        default: .refused
        }
    }
}
