// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Who is in which room and at which addresses each may be reached, as told; and where everybody's allocations are.
///
/// What a room holds is bounded by the people in it, each with at most ``addressLimit`` addresses.
struct ScopeTable: ~Copyable {
    private struct Person {
        var scope: Scope
        var isGuest: Bool
        /// Candidates, the oldest first.
        var addresses: [IPAddress] = []
    }

    private struct Room {
        var names: [String] = []
        /// Of everybody in it, also of guests whose credentials have run out.
        var slots: [UInt32] = []
    }

    /// Addresses that one person may be reached at; the oldest gives way.
    static let addressLimit = 32

    private var people: [String: Person] = [:]
    private var rooms: [Scope: Room] = [:]
    /// Allocations with credentials that this server made, by their names.
    private var slotsOf: [String: [UInt32]] = [:]

    /// The room of a name; nil for one that nobody has told of.
    func scope(of name: String) -> Scope? { people[name]?.scope }

    /// With how many others somebody may have connections; at least with one.
    func companions(of name: String) -> Int {
        guard let person = people[name], !person.isGuest, let room = rooms[person.scope] else { return 1 }
        return max(1, room.names.count { people[$0]?.isGuest == false } - 1)
    }

    /// Whether somebody else in a room is to be reached at an address.
    func isSignalled(_ address: IPAddress, in scope: Scope, except name: String) -> Bool {
        guard let room = rooms[scope] else { return false }
        return room.names.contains { $0 != name && people[$0]?.addresses.contains(address) == true }
    }

    /// The allocations of everybody in a room.
    func slots(in scope: Scope) -> [UInt32] { rooms[scope]?.slots ?? [] }

    /// The allocations of a name.
    func slots(of name: String) -> [UInt32] { slotsOf[name] ?? [] }

    // MARK: - What is told

    /// Somebody is in a room from now on, and in no other.
    mutating func join(_ name: String, _ scope: Scope, isGuest: Bool) {
        if let person = people[name] {
            if person.scope == scope { return }
            leave(name)
        }
        people[name] = Person(scope: scope, isGuest: isGuest)
        rooms[scope, default: Room()].names.append(name)
    }

    mutating func signal(_ addresses: [IPAddress], _ name: String) {
        guard people[name] != nil else { return }
        for address in addresses where people[name]?.addresses.contains(address) == false {
            people[name]?.addresses.append(address)
        }
        let excess = (people[name]?.addresses.count ?? 0) - Self.addressLimit
        if excess > 0 { people[name]?.addresses.removeFirst(excess) }
    }

    /// Somebody is in no room any more; tells in which they were.
    @discardableResult
    mutating func leave(_ name: String) -> Scope? {
        guard let person = people.removeValue(forKey: name) else { return nil }
        rooms[person.scope]?.names.removeAll { $0 == name }
        tidy(person.scope)
        return person.scope
    }

    /// A room is over; tells what was allocated in it.
    mutating func end(_ scope: Scope) -> [UInt32] {
        let room = rooms[scope] ?? Room()
        for name in room.names { people[name] = nil }
        rooms[scope]?.names = []
        tidy(scope)
        return room.slots
    }

    // MARK: - Where allocations are

    mutating func place(_ slot: UInt32, of name: String, in scope: Scope) {
        slotsOf[name, default: []].append(slot)
        if scope.isRoom { rooms[scope, default: Room()].slots.append(slot) }
    }

    mutating func displace(_ slot: UInt32, of name: String, in scope: Scope) {
        slotsOf[name]?.removeAll { $0 == slot }
        if slotsOf[name]?.isEmpty == true { slotsOf[name] = nil }
        guard scope.isRoom else { return }
        rooms[scope]?.slots.removeAll { $0 == slot }
        tidy(scope)
    }

    private mutating func tidy(_ scope: Scope) {
        guard let room = rooms[scope], room.names.isEmpty, room.slots.isEmpty else { return }
        rooms[scope] = nil
    }
}
