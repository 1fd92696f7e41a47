// SPDX-License-Identifier: Apache-2.0
internal import Configuration
internal import Engine
internal import TURN
internal import Wire

/// The server and its sessions as the administration's socket tells them; sterna-protocol(7) has the members.
enum AdminAnswer {
    /// What `status` answers.
    static func json(_ report: ServerReport) -> [JSON.Member] {
        let (facts, census, tally) = (report.facts, report.census, report.tally)
        var members: [JSON.Member] = []
        func add(_ name: String, _ value: JSON) { members.append(JSON.Member(name, value)) }
        add("version", .string(version))
        add("realm", .string(facts.realm))
        add("startedAt", .string("\(facts.startedAt)"))
        add("uptime", seconds(report.time - facts.startedAt))
        add("time", .integer(report.time.milliseconds))
        add("listeners", list(facts.listeners))
        add("certificate", certificate(facts))
        add("draining", draining(facts))
        add("allocations", allocations(census))
        add("made", number(report.counts.allocations))
        add("ended", number(tally.sessions))
        add("traffic", traffic(tally))
        add("refusals", refusals(report.counts))
        add("drops", drops(tally))
        add("ports", ["used": number(census.portsUsed), "all": number(census.ports)])
        let usage = Host.usage
        let grown = max(0, usage.residentBytes - facts.memoryAtStart)
        let each = census.all > 0 ? grown / census.all : 0
        add(
            "memory",
            [
                "resident": number(usage.residentBytes), "perAllocation": number(each),
                "limit": number(facts.memoryLimit), "short": .boolean(facts.isShortOfMemory),
            ])
        add("descriptors", number(usage.descriptors))
        add("workers", .array(report.workers.sorted { $0.number < $1.number }.map { worker($0) }))
        add("rooms", rooms(report.rooms))
        add("directory", directory(facts))
        return members
    }

    /// One line of `sessions`.
    static func json(_ session: SessionSummary, of worker: Int) -> JSON {
        [
            "id": .string(session.allocation.name(at: worker)), "user": .string(session.user),
            "client": .string("\(session.flow.client)"), "transport": .string("\(session.flow.transport)"),
            "server": .string("\(session.flow.server)"),
            "relays": .string(session.relaysTCP ? "tcp" : "udp"),
            "relayed": .array(session.relayed.map { .string("\($0)") }), "began": .string("\(session.began)"),
            "duration": seconds(session.duration), "lifetime": seconds(session.lifetime),
            "toPeers": ["packets": number(session.toPeers.packets), "bytes": number(session.toPeers.bytes)],
            "toClient": ["packets": number(session.toClient.packets), "bytes": number(session.toClient.bytes)],
            "overRate": number(session.overRate),
            "scope": session.scope == .open ? "any" : session.scope.isRoom ? "room" : "nobody",
            "refusedPeers": number(session.peersOutOfScope),
            "lastRefusal": session.lastOutOfScope.isEmpty ? .null : .string(session.lastOutOfScope),
        ]
    }

    private static func certificate(_ facts: ServerFacts) -> JSON {
        guard let end = facts.certificateEnd else { return .null }
        return ["notAfter": .string("\(end)"), "names": list(facts.certificateNames)]
    }

    private static func draining(_ facts: ServerFacts) -> JSON {
        guard let draining = facts.draining else { return .null }
        return ["until": .string("\(draining.until)")]
    }

    private static func directory(_ facts: ServerFacts) -> JSON {
        guard let users = facts.users else { return .null }
        return ["users": number(users), "secrets": number(facts.secrets ?? 0)]
    }

    private static func drops(_ tally: RelayTally) -> JSON {
        ["relay": number(tally.dropped), "socket": number(tally.unreceived), "unsent": number(tally.unsent)]
    }

    private static func list(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

    private static func allocations(_ census: Census) -> JSON {
        var members = [JSON.Member("all", number(census.all)), JSON.Member("active", number(census.active))]
        for transport in Transport.allCases {
            members.append(JSON.Member("\(transport)", number(census.allocations(over: transport))))
        }
        members.append(JSON.Member("relayingTCP", number(census.relayingTCP)))
        members.append(JSON.Member("connections", number(census.connections)))
        return .object(members)
    }

    private static func traffic(_ tally: RelayTally) -> JSON {
        [
            "toPeers": ["packets": number(tally.toPeers), "bytes": number(tally.toPeersBytes)],
            "toClients": ["packets": number(tally.toClients), "bytes": number(tally.toClientsBytes)],
            "shortCircuits": number(tally.shortCircuits),
        ]
    }

    /// Those that there were.
    private static func refusals(_ counts: Counts) -> JSON {
        var members: [JSON.Member] = []
        for cause in RefusalCause.allCases where counts.refused(cause) > 0 {
            members.append(JSON.Member(cause.word, number(counts.refused(cause))))
        }
        return .object(members)
    }

    private static func worker(_ report: WorkerReport) -> JSON {
        [
            "number": number(report.number), "allocations": number(report.census.all),
            "streams": number(report.streams),
            "delayMicroseconds": number(max(0, report.delay.wholeNanoseconds / 1000)),
        ]
    }

    private static func rooms(_ rooms: RoomCensus?) -> JSON {
        guard let rooms else { return .null }
        return ["all": number(rooms.rooms), "active": number(rooms.active), "people": number(rooms.people)]
    }

    private static func seconds(_ duration: Duration) -> JSON { .integer(duration.components.seconds) }

    private static func number(_ number: some BinaryInteger) -> JSON { .integer(Int64(clamping: number)) }
}

extension AllocationID {
    /// Names a session for `kick` and in the log: its worker, its place there, and how often that was used.
    func name(at worker: Int) -> String { "\(worker).\(slot).\(generation)" }
}
