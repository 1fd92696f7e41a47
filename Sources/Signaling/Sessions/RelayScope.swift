// SPDX-License-Identifier: Apache-2.0

package import Wire

/// What the relay is to know of who is with whom, before anybody else is told: whose credentials are good for reaching
/// whom. Everybody goes by the name that their credentials were made for.
package enum RelayScope: Hashable, Sendable {
    /// Somebody may reach the others in a room from now on, and nobody besides. A guest has credentials and no seat.
    case joined(peer: String, room: String, isGuest: Bool)
    /// Somebody told the others of addresses to be reached at, beyond those told before.
    case signalled([IPAddress], peer: String)
    /// Somebody is in no room any more.
    case left(peer: String)
    /// A guest's credentials have run out.
    case forgotten(guest: String)
    case ended(room: String)
}

/// The addresses that one participant has signalled: of those there are a bounded number.
struct Signalled {
    /// The oldest gives way.
    static let limit = 32

    private(set) var addresses: [IPAddress] = []

    init(_ addresses: [IPAddress] = []) { self.addresses = Array(addresses.suffix(Self.limit)) }

    /// Adds what is new, and tells it.
    mutating func add(_ candidates: [IPAddress]) -> [IPAddress] {
        var fresh: [IPAddress] = []
        for address in candidates where !addresses.contains(address) {
            addresses.append(address)
            fresh.append(address)
        }
        if addresses.count > Self.limit { addresses.removeFirst(addresses.count - Self.limit) }
        return Array(fresh.suffix(Self.limit))
    }
}
