// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// Who holds a port of this machine, as /proc/net tells.
struct Holder: Hashable {
    let user: UInt32
    /// The program and its process, where this user may know.
    let program: String?
    let process: Int?

    var isSterna: Bool { program.map { $0 == "sterna" } ?? true }

    var words: String {
        let owner = SystemUser(number: user)?.name ?? "user \(user)"
        guard let program, let process else { return "a program of \(owner)" }
        return "\(program) (process \(process), user \(owner))"
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
                let process = process(holding: String(fields[9]))
                let program = process.flatMap { Files.text("/proc/\($0)/comm") }?.split(separator: "\n").first
                let holder = Holder(user: user, program: program.map(String.init), process: process)
                if !found.contains(holder) { found.append(holder) }
            }
        }
        return found
    }

    private static func process(holding inode: String) -> Int? {
        for name in Files.names(in: "/proc") {
            guard let process = Int(name) else { continue }
            for descriptor in Files.names(in: "/proc/\(process)/fd")
            where Files.link("/proc/\(process)/fd/\(descriptor)") == "socket:[\(inode)]" { return process }
        }
        return nil
    }
}
