// SPDX-License-Identifier: Apache-2.0

extension Setting {
    static let limits: [Setting] = [
        Setting(
            "user-quota", .number(0...Int(Int32.max)), into: \.userQuota,
            "The number of allocations that one user may hold; 0 for no limit."
        ).reloadable,
        Setting(
            "total-quota", .number(0...Int(Int32.max)), into: \.totalQuota,
            "The number of allocations that the server holds; 0 for no limit."
        ).reloadable,
        Setting(
            "drain-min-allocations", .number(0...Int(Int32.max)), into: \.drainMinimum,
            "How many allocations a server that “sterna drain” empties does not wait for; they end with it."
        ).reloadable,
        Setting(
            "peers-per-allocation", .number(1...4096), into: \.peersPerAllocation,
            "The number of permissions that one allocation may have, and of channels. Each of more than a few hundred peers at a time makes every packet a little dearer."
        ).own.reloadable,
        Setting(
            "max-bps", .rate, into: \.maxBytesPerSecond,
            "What one allocation may carry each way, a second's worth of it at once; 0 for no limit. Bytes, not bits: 3000000 is 24 Mbit/s."
        ).reloadable,
        Setting(
            "bps-capacity", .rate, into: \.capacity,
            "What the whole server may carry each way; 0 for no limit. Bytes, not bits."
        ).deviates("Each worker carries an equal share of it, and clients stay with the worker that they reached.")
            .reloadable,
        Setting(
            "unauthorized-ratelimit-rps", .number(0...Int(Int32.max), unit: "answers per second"),
            into: \.unauthorizedRate,
            "Answers to one IPv4 address or IPv6 /64 before it has authenticated; 0 for no limit. Load tests from one address need 0."
        ).deviates(
            "On by default, with a burst that lets fifty clients behind one address start at once; an IPv6 /64 counts as one client."
        )
        .reloadable,
        Setting(
            "memory-limit", .bytes, into: \.memoryLimit,
            "Memory that the process may take. Near it new allocations, connections, sessions, rooms and uploads are refused, and calls go on. 0 for three quarters of what the machine has, or the control group (memory.max, memory.high)."
        ).own.reloadable,
        Setting(
            "max-connections", .number(0...Int(Int32.max)), into: \.maxConnections,
            "Connections over TCP, TLS and DTLS at once, to the relay and the web together; 0 for half of the files that the process may open."
        ).own.reloadable,
        Setting(
            "max-connections-per-ip", .number(0...Int(Int32.max)), into: \.maxConnectionsPerAddress,
            "Connections of one IPv4 address or IPv6 /64 at once; 0 for no limit. A trusted-proxy is not counted at the web's ports."
        ).own.reloadable,
        Setting(
            "handshake-rate", .number(0...1_000_000, unit: "handshakes per second"), into: \.handshakeRate,
            "TLS and DTLS handshakes of one IPv4 address or IPv6 /64, and ten times as many at once; 0 for no limit."
        ).own.reloadable,
    ]
}
