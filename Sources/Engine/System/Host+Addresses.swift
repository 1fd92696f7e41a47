// SPDX-License-Identifier: Apache-2.0
package import Addresses
internal import CLinux
internal import Wire

extension Host {
    /// What this host has in addresses just now.
    package static func ownAddresses() throws(Errno) -> HostAddresses {
        var rows = [linux_own_row](repeating: linux_own_row(), count: 64)
        var count = 0
        repeat {
            if count > rows.count { rows = [linux_own_row](repeating: linux_own_row(), count: count * 2) }
            // Safe: no more rows are written than there is room for.
            count = Int(try Errno.check(unsafe linux_own_rows(&rows, Int32(clamping: rows.count))))
        } while count > rows.count
        var host = HostAddresses()
        var entries: [HostAddresses.Entry] = []
        for row in rows.prefix(count) {
            guard let address = row.address.endpoint?.address else { continue }
            switch Int(row.kind) {
            case Int(LINUX_OWN_ADDRESS):
                entries.append(HostAddresses.Entry(address, row))
            case Int(LINUX_OWN_NETWORK):
                host.networks.append(Network(of: address, length: Int(row.length)))
            default: host.broadcasts.append(address)
            }
        }
        // The address of an interface that is down is no way in, and has no route; where nothing is known of routes,
        // every address counts.
        let families = Set(host.networks.map(\.first.family))
        host.entries = entries.filter { entry in
            !families.contains(entry.address.family) || entry.isTentative
                || host.networks.contains { $0.contains(entry.address) }
        }
        host.outgoing = [outgoing(.v4), outgoing(.v6)].compactMap(\.self)
        return host
    }

    private static func outgoing(_ family: IPAddress.Family) -> IPAddress? {
        var address = linux_address()
        // Safe: the union has room for an address of either family.
        guard unsafe linux_outgoing_address(family == .v6 ? 1 : 0, &address) == 0 else { return nil }
        return address.endpoint?.address
    }
}

extension HostAddresses.Entry {
    fileprivate init(_ address: IPAddress, _ row: linux_own_row) {
        func has(_ flag: Int) -> Bool { Int(row.flags) & flag != 0 }
        self.init(
            address, length: Int(row.length), isTemporary: has(Int(LINUX_IS_TEMPORARY)),
            isDeprecated: has(Int(LINUX_IS_DEPRECATED)), isTentative: has(Int(LINUX_IS_TENTATIVE)))
    }
}
