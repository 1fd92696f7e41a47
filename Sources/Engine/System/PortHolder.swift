// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Wire

/// A socket that has a port of this machine, as the kernel tells everybody in its network (proc_pid_net(5)).
package struct PortHolder: Hashable, Sendable {
    package let local: Endpoint
    /// Whose it is.
    package let user: UInt32

    /// The owner's name; nil where the system has none for the number.
    package var userName: String? {
        // Safe: the record is read before anything else asks for one.
        guard let record = unsafe getpwuid(user) else { return nil }
        return unsafe String(cString: record.pointee.pw_name)
    }

    /// In words, for whoever wants the port.
    package var words: String {
        guard user != Self.unmapped else {
            return "a program of another user" + (mayBeCoturn ? ", coturn perhaps" : "")
        }
        let owner = userName.map { "the user \($0)" } ?? "user \(user)"
        return "a program of \(owner)" + (mayBeCoturn ? ", which is coturn" : "")
    }

    /// Whether it is coturn, as far as can be known: Debian's package has a user of its own.
    package var mayBeCoturn: Bool {
        // Safe: the path is a literal.
        user == Self.unmapped ? unsafe access("/usr/bin/turnserver", F_OK) == 0 : userName == "turnserver"
    }

    /// What the kernel calls everybody who is not known in a user namespace, as `PrivateUsers=` of a unit makes one.
    static let unmapped =
        text(of: "/proc/sys/kernel/overflowuid")?.split(separator: "\n").first.flatMap { UInt32($0) } ?? 65534

    /// The user of this process.
    package static var myself: UInt32 { geteuid() }

    /// The first port that a process without a privilege may have.
    package static var firstUnprivileged: UInt16 {
        text(of: "/proc/sys/net/ipv4/ip_unprivileged_port_start")?.split(separator: "\n").first.flatMap { UInt16($0) }
            ?? 1024
    }

    /// Those who receive datagrams or accept connections at a port, at any address.
    package static func all(of port: UInt16, _ transport: BindFailure.Transport) -> [PortHolder] {
        let state = transport == .udp ? "07" : "0A"
        return ["/proc/self/net/\(transport.rawValue)", "/proc/self/net/\(transport.rawValue)6"].flatMap { path in
            (text(of: path) ?? "").split(separator: "\n").dropFirst().compactMap { line -> PortHolder? in
                // sl, local_address, rem_address, st, queues, timer, retransmissions, uid, …
                let fields = line.split(separator: " ")
                guard fields.count > 7, fields[3] == state, let user = UInt32(fields[7]),
                    let local = endpoint(fields[1]), local.port == port
                else { return nil }
                return PortHolder(local: local, user: user)
            }
        }
    }

    /// Those of them because of whom an address cannot be had: at the same one, or at every one of its family. A wildcard of
    /// IPv6 may have those of IPv4, too.
    package static func all(inTheWayOf endpoint: Endpoint, _ transport: BindFailure.Transport) -> [PortHolder] {
        let address = endpoint.address
        let holders = all(of: endpoint.port, transport)
        let near = holders.filter { holder in
            let other = holder.local.address
            return other.family == address.family && (other == address || other.isUnspecified || address.isUnspecified)
        }
        return near.isEmpty && address.family == .v4 ? holders.filter { $0.local.address == .anyV6 } : near
    }

    /// `0100007F:1F90`: the address in words of the machine's own order, and the port.
    static func endpoint(_ text: Substring) -> Endpoint? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1], radix: 16), parts[0].utf8.count % 8 == 0 else { return nil }
        var words: [UInt32] = []
        var rest = parts[0]
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            words.append(word.byteSwapped)
            rest = rest.dropFirst(8)
        }
        switch words.count {
        case 1: return Endpoint(.v4(words[0]), port)
        case 4: return Endpoint(.v6(words.reduce(0) { $0 << 32 | UInt128($1) }), port)
        default: return nil
        }
    }

    private static func text(of path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        let descriptor = Descriptor(owning: file)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            // Safe: no more is read than the buffer has room for.
            let count = unsafe read(descriptor.number, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
