// SPDX-License-Identifier: Apache-2.0
internal import STUN
package import Wire

/// The two addresses and the two ports of NAT behaviour discovery (RFC 5780 §6): all four are listeners of this server.
package struct Discovery: Hashable, Sendable {
    /// A1 and A2, of one family.
    package let addresses: Pair<IPAddress>
    /// P1 and P2.
    package let ports: Pair<UInt16>

    package struct Pair<Value: Hashable & Sendable>: Hashable, Sendable {
        package let first: Value
        package let second: Value

        package init(_ first: Value, _ second: Value) { (self.first, self.second) = (first, second) }

        /// The one of the two that is not `value`; nil when neither is.
        func other(_ value: Value) -> Value? { value == first ? second : value == second ? first : nil }
    }

    /// Nil unless the addresses differ and are of one family, and the ports differ.
    package init?(addresses: Pair<IPAddress>, ports: Pair<UInt16>) {
        guard addresses.first != addresses.second, addresses.first.family == addresses.second.family,
            ports.first != ports.second
        else { return nil }
        (self.addresses, self.ports) = (addresses, ports)
    }

    /// Ca and Cp of whoever asked `server` (RFC 5780 §6.1); nil when that is none of the four.
    func other(than server: Endpoint) -> Endpoint? {
        guard let address = addresses.other(server.address), let port = ports.other(server.port) else { return nil }
        return Endpoint(address, port)
    }
}

extension Endpoint {
    /// Where an answer leaves from that is asked for as in CHANGE-REQUEST (RFC 5780 §6.1, table 1).
    func changed(_ change: ChangeRequest, to other: Endpoint) -> Endpoint {
        Endpoint(
            change.contains(.address) ? other.address : address, change.contains(.port) ? other.port : port)
    }
}
