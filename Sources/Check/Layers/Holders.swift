// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// Who holds a port of this machine, as /proc/net tells.
struct Holder: Hashable {
    let user: UInt32
    /// The programs and their processes, where this user may know: systemd and a service hold a socket together.
    let programs: [Program]
    /// The unit that systemd listens for, when systemd is one of them.
    let unit: String?

    struct Program: Hashable {
        let name: String
        let process: Int
    }

    /// The server's own process.
    var server: Int? { programs.first { $0.name == "sterna" }?.process }

    /// Whether the server has it, or systemd keeps it for the next one (its store of descriptors); who cannot be known is
    /// given the benefit of the doubt.
    var isOurs: Bool { programs.isEmpty || server != nil || isSystemd && unit == nil }

    private var isSystemd: Bool { programs.contains(Self.systemd) }
    private static let systemd = Program(name: "systemd", process: 1)

    var taker: Taker {
        if let unit { return .unit(unit) }
        return programs.contains { $0.name == "turnserver" } ? .coturn : .program
    }

    var words: String {
        let owner = SystemUser(number: user)?.name ?? "user \(user)"
        if let unit { return "systemd for \(unit)" }
        guard let program = programs.first else { return "a program of \(owner)" }
        return "\(program.name) (process \(program.process), user \(owner))"
    }

    /// Those who hold a port over `udp` or `tcp`, each once.
    static func holders(of port: UInt16, _ transport: Transport) -> [Holder] {
        let (kind, state) = transport == .udp ? ("udp", "07") : ("tcp", "0A")
        var found: [Holder] = []
        for table in ["/proc/net/\(kind)", "/proc/net/\(kind)6"] {
            for line in (Files.text(table) ?? "").split(separator: "\n").dropFirst() {
                // sl, local_address, rem_address, st, queues, timer, retransmissions, uid, timeout, inode
                let fields = line.split(separator: " ")
                guard fields.count > 9, fields[3] == state, let colon = fields[1].lastIndex(of: ":"),
                    UInt16(fields[1][fields[1].index(after: colon)...], radix: 16) == port, let user = UInt32(fields[7])
                else { continue }
                let programs = programs(holding: String(fields[9]))
                let unit = programs.contains(systemd) ? unit(listeningAt: port) : nil
                let holder = Holder(user: user, programs: programs, unit: unit)
                if !found.contains(holder) { found.append(holder) }
            }
        }
        return found
    }

    /// Every port of this machine that is bound, as often as it is.
    static func ports(of transport: Transport) -> [UInt16] {
        let kind = transport == .udp ? "udp" : "tcp"
        return ["/proc/net/\(kind)", "/proc/net/\(kind)6"].flatMap { table in
            (Files.text(table) ?? "").split(separator: "\n").dropFirst().compactMap { line in
                let fields = line.split(separator: " ")
                guard fields.count > 9 else { return nil }
                return fields[1].split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
            }
        }
    }

    private static func programs(holding inode: String) -> [Program] {
        Files.names(in: "/proc").compactMap(Int.init).sorted().compactMap { process in
            let descriptors = Files.names(in: "/proc/\(process)/fd")
            guard descriptors.contains(where: { Files.link("/proc/\(process)/fd/\($0)") == "socket:[\(inode)]" }),
                let name = Files.text("/proc/\(process)/comm")?.split(separator: "\n").first
            else { return nil }
            return Program(name: String(name), process: process)
        }
    }

    /// The socket unit with this port, as `systemctl list-sockets` has it: what it listens at comes first, then the unit.
    private static func unit(listeningAt port: UInt16) -> String? {
        for line in Files.output(of: "systemctl list-sockets --all --full --no-legend --no-pager").split(
            separator: "\n")
        {
            let words = line.split(separator: " ")
            guard let place = words.first, place.hasSuffix(":\(port)") else { continue }
            return words.first { $0.hasSuffix(".socket") }.map(String.init)
        }
        return nil
    }
}
