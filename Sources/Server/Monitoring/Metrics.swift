// SPDX-License-Identifier: Apache-2.0
internal import Configuration
internal import Engine
internal import TURN
internal import Wire

/// What is served at `/metrics`: coturn's names, live, and beside them what coturn does not tell.
enum Metrics {
    static func text(_ report: ServerReport) -> String {
        var page = Exposition()
        addCoturn(report, to: &page)
        addRelay(report, to: &page)
        addRefusals(report, to: &page)
        addWorkers(report, to: &page)
        addServer(report, to: &page)
        if let rooms = report.rooms {
            addRooms(rooms, to: &page)
            addStorage(rooms.storage, to: &page)
        }
        return page.text
    }

    /// The names of coturn's own exporter, so that dashboards go on working; bytes of payload, while a session runs.
    private static func addCoturn(_ report: ServerReport, to page: inout Exposition) {
        let (tally, counts, census) = (report.tally, report.counts, report.census)
        let requests = counts.bindings &+ counts.bindingErrors
        page.add("stun_binding_request", .counter, "Incoming STUN Binding requests", requests)
        page.add("stun_binding_response", .counter, "Outgoing STUN Binding responses", counts.bindings)
        page.add("stun_binding_error", .counter, "STUN Binding errors", counts.bindingErrors)
        let traffic: [(name: String, help: String, value: UInt64)] = [
            ("rcvp", "packets received from clients", tally.toPeers),
            ("rcvb", "bytes received from clients", tally.toPeersBytes),
            ("sentp", "packets sent to clients", tally.toClients),
            ("sentb", "bytes sent to clients", tally.toClientsBytes),
            ("peer_rcvp", "packets received from peers", tally.toClients),
            ("peer_rcvb", "bytes received from peers", tally.toClientsBytes),
            ("peer_sentp", "packets sent to peers", tally.toPeers),
            ("peer_sentb", "bytes sent to peers", tally.toPeersBytes),
        ]
        for (name, help, value) in traffic {
            let realm = [(report.facts.realm, value)]
            page.add("turn_traffic_\(name)", .counter, "Relayed \(help), live", by: "realm", realm)
        }
        for (name, help, value) in traffic {
            page.add("turn_total_traffic_\(name)", .counter, "Relayed \(help), live, all realms", value)
        }
        let sockets: [(String, Transport)] = [("UDP", .udp), ("TCP", .tcp), ("TLS/TCP", .tls), ("DTLS/UDP", .dtls)]
        page.add(
            "turn_total_allocations", .gauge, "Allocations now, by the client's transport", by: "type",
            sockets.map { ($0.0, census.allocations(over: $0.1)) })
        var unauthenticated: UInt64 = 0
        for cause in RefusalCause.allCases where cause.code == 401 { unauthenticated &+= counts.refused(cause) }
        page.add(
            "turn_unauthenticated_401_requests", .counter, "Requests without good credentials",
            unauthenticated &+ counts.withheld)
        page.add("turn_unauthenticated_401_responses", .counter, "Answers 401", unauthenticated)
        page.add(
            "turn_unauthenticated_401_dropped_responses", .counter, "Answers to strangers that were held back",
            counts.withheld)
        page.add("turn_packet_processed", .counter, "Packets relayed, both ways", tally.toPeers &+ tally.toClients)
        page.add("turn_packet_dropped", .counter, "Packets that led to nothing", tally.dropped)
    }

    private static func addRelay(_ report: ServerReport, to page: inout Exposition) {
        let (tally, counts, census) = (report.tally, report.counts, report.census)
        page.add(
            "sterna_allocations", .gauge, "Allocations now, by the client's transport", by: "transport",
            Transport.allCases.map { ("\($0)", census.allocations(over: $0)) })
        page.add(
            "sterna_allocations_active", .gauge, "Allocations that relayed something in the last 10 s", census.active)
        page.add("sterna_allocations_total", .counter, "Allocations that were made", counts.allocations)
        page.add("sterna_sessions_ended_total", .counter, "Allocations that have ended", tally.sessions)
        page.add(
            "sterna_relayed_packets_total", .counter, "Packets relayed, by where they went", by: "to",
            [("peers", tally.toPeers), ("clients", tally.toClients)])
        page.add(
            "sterna_relayed_bytes_total", .counter, "Payload bytes relayed, by where they went", by: "to",
            [("peers", tally.toPeersBytes), ("clients", tally.toClientsBytes)])
        page.add(
            "sterna_short_circuits_total", .counter, "Packets between two clients that never touched the network",
            tally.shortCircuits)
        page.add("sterna_tcp_allocations", .gauge, "Allocations that relay TCP (RFC 6062)", census.relayingTCP)
        page.add("sterna_tcp_connections", .gauge, "Peers' TCP connections with them", census.connections)
        page.add("sterna_permissions", .gauge, "Permissions and channels that are installed", census.peers)
        page.add(
            "sterna_relay_ports", .gauge, "Relay ports of the addresses in use", by: "state",
            [("used", census.portsUsed), ("free", census.ports - census.portsUsed)])
    }

    private static func addRefusals(_ report: ServerReport, to page: inout Exposition) {
        let (tally, counts) = (report.tally, report.counts)
        var refusals: [([(String, String)], UInt64)] = []
        for cause in RefusalCause.allCases {
            let code = cause.code.map { "\($0)" } ?? ""
            refusals.append(([("code", code), ("reason", cause.word)], counts.refused(cause)))
        }
        page.add(
            "sterna_refusals_total", .counter, "Requests that were refused, by STUN error code and reason",
            labelled: refusals)
        page.add(
            "sterna_dropped_packets_total", .counter, "Packets that led to nothing, by reason", by: "reason",
            DropReason.allCases.map { ($0.word, tally.dropped($0)) })
        page.add(
            "sterna_unsent_packets_total", .counter, "Packets that the kernel or a slow client did not take",
            tally.unsent)
        page.add(
            "sterna_socket_drops_total", .counter,
            "Datagrams that the kernel dropped because the listeners' buffers were full", tally.unreceived)
    }

    private static func addWorkers(_ report: ServerReport, to page: inout Exposition) {
        let workers = report.workers.sorted { $0.number < $1.number }
        page.add(
            "sterna_loop_delay_seconds", .gauge, "How long the question for these metrics waited for a worker",
            by: "worker", seconds: workers.map { ("\($0.number)", $0.delay) })
        page.add(
            "sterna_worker_allocations", .gauge, "Allocations now, by worker", by: "worker",
            workers.map { ("\($0.number)", $0.census.all) })
        page.add(
            "sterna_streams", .gauge, "Clients connected over TCP and TLS", workers.reduce(0) { $0 + $1.streams })
    }

    private static func addServer(_ report: ServerReport, to page: inout Exposition) {
        let facts = report.facts
        page.add("sterna_build_info", .gauge, "The version", by: "version", [(version, 1)])
        page.add("sterna_draining", .gauge, "Whether new allocations are refused", facts.draining == nil ? 0 : 1)
        if let end = facts.certificateEnd {
            page.add(
                "sterna_certificate_expiry_timestamp_seconds", .gauge,
                "When the certificate ends, in seconds since 1970", end.seconds)
        }
        if let users = facts.users {
            page.add("sterna_directory_users", .gauge, "Users of the database", users)
        }
        let usage = Host.usage
        page.add(
            "process_start_time_seconds", .gauge, "When the process began, in seconds since 1970",
            facts.startedAt.seconds)
        page.add("process_resident_memory_bytes", .gauge, "Resident memory", usage.residentBytes)
        page.add("sterna_memory_limit_bytes", .gauge, "Memory that the process may take", facts.memoryLimit)
        page.add(
            "sterna_memory_short", .gauge, "Whether new load is refused for want of memory",
            facts.isShortOfMemory ? 1 : 0)
        page.add("process_open_fds", .gauge, "Open descriptors", usage.descriptors)
        page.add("process_cpu_seconds_total", .counter, "Processor time", seconds: usage.processor)
    }

    private static func addStorage(_ storage: StorageCensus, to page: inout Exposition) {
        page.add(
            "sterna_storing", .gauge, "Whether rooms, messages and people are being stored", storage.isStoring ? 1 : 0)
        page.add(
            "sterna_storage_delay_seconds", .gauge, "How long changes have been on their way to the disk",
            seconds: storage.delay)
        page.add(
            "sterna_storage_owed_changes", .gauge, "Changes that wait for a disk that takes none", storage.owed)
    }

    private static func addRooms(_ rooms: RoomCensus, to page: inout Exposition) {
        page.add("sterna_rooms", .gauge, "Links that are good", rooms.rooms)
        page.add("sterna_rooms_active", .gauge, "Rooms with two people or more inside", rooms.active)
        page.add("sterna_people", .gauge, "People inside a room", rooms.people)
        let calls = rooms.calls
        page.add(
            "sterna_calls_total", .counter, "Connections between two people, by what pages tell of them", by: "result",
            [
                ("first-attempt", calls.firstAttempt), ("later-attempt", calls.connected - calls.firstAttempt),
                ("failed", calls.tried - calls.connected),
            ])
        page.add(
            "sterna_calls_connected_total", .counter, "Those that came about, by what carries them", by: "way",
            [("relayed", calls.relayed), ("direct", calls.connected - calls.relayed)])
        page.add(
            "sterna_call_first_frame_seconds", "From when two were there to the first picture, as pages tell",
            durations: calls.frames)
    }
}
