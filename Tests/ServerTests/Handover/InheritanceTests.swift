// SPDX-License-Identifier: Apache-2.0
import Engine
import TURN
import Testing
import Wire

@testable import Server

@Suite("What a process leaves")
struct InheritanceTests {
    /// Everything of one process, as somebody would keep it.
    final class Estate {
        var kept: [Kept] = []
        let process: Ledger
        let relay: Ledger

        init(version: UInt32 = StateVersion.current, isComplete: Bool = true) throws {
            process = try Ledger(version: version, mark: LedgerMark.process.rawValue)
            relay = try Ledger(version: version, mark: LedgerMark.relay.rawValue)
            process.write(LedgerKey.secrets, InheritanceTests.secrets.record.bytes)
            if isComplete { process.write(LedgerKey.complete, [1]) }
            kept = [Kept(try process.descriptor.duplicate()), Kept(try relay.descriptor.duplicate())]
        }

        func fill(_ numbers: [Int32], label: BagLabel) throws {
            let bag = try Bag()
            try bag.fill(numbers, label: label.bytes)
            kept.append(Kept(try bag.end()))
        }

        func read(generation: UInt64 = 3) throws -> (inheritance: Inheritance, released: [String]) {
            let numbers = try kept.map { try $0.descriptor.duplicate().release() }
            var released: [String] = []
            let inheritance = Inheritance(PassedDescriptors(numbers, named: Keeper.name(generation))) { released += $0 }
            return (inheritance, released)
        }
    }

    static let secrets = LeftSecrets(nonceKey: [UInt8](repeating: 4, count: 32), relaySecret: "north")

    static func allocation(at endpoint: Endpoint) -> LeftAllocation {
        var record = AllocationRecord(
            flow: Flow(client: Endpoint(.loopbackV4, 9), server: Endpoint(.loopbackV4, 3478), transport: .udp),
            expiry: Instant(nanoseconds: 5))
        record.v4 = endpoint
        return LeftAllocation(record, door: 7)
    }

    @Test("is an allocation with its socket, the listeners in order, and the secrets")
    func whole() throws {
        let estate = try Estate()
        let relayed = try DatagramSocket(at: Endpoint(.loopbackV4, 0))
        let doors = [try DatagramSocket(at: Endpoint(.loopbackV4, 0)).release(), try Self.socket()]
        estate.relay.write(LedgerKey.allocation(0), Self.allocation(at: relayed.local).record.bytes)
        estate.relay.write(LedgerKey.withdrawal(1), LeftWithdrawal(name: "ana", end: UnixTime(seconds: 9)).record.bytes)
        try estate.fill([relayed.descriptor.number], label: .relays)
        let place = Endpoint(.anyV4, 3478)
        try estate.fill(doors, label: .listeners(.datagrams, place))
        let (inheritance, released) = try estate.read()
        #expect(inheritance.secrets == Self.secrets)
        #expect(inheritance.generation == 3)
        #expect(inheritance.names == ["sterna-3"])
        #expect(inheritance.withdrawals == [LeftWithdrawal(name: "ana", end: UnixTime(seconds: 9))])
        #expect(released.isEmpty)
        #expect(!inheritance.hasListeners(.tcp, at: place))
        let listeners = inheritance.takeListeners(.udp, at: place)
        #expect(listeners.map { Endpoint(localOf: $0) } == doors.map { Endpoint(localOf: $0) })
        #expect(inheritance.takeListeners(.udp, at: place).isEmpty)
        let legacies = inheritance.takeAllocations()
        #expect(legacies.map(\.left) == [Self.allocation(at: relayed.local)])
        #expect(legacies.first?.sockets.map { Endpoint(localOf: $0) } == [relayed.local])
        for number in listeners + doors + legacies.flatMap(\.sockets) { _ = Descriptor(owning: number) }
    }

    private static func socket() throws -> Int32 { try DatagramSocket(at: Endpoint(.loopbackV4, 0)).release() }

    @Test("is nothing of an allocation without its socket, and the socket without an allocation is closed")
    func halves() throws {
        let estate = try Estate()
        estate.relay.write(LedgerKey.allocation(0), Self.allocation(at: Endpoint(.loopbackV4, 1)).record.bytes)
        let place: Endpoint
        do {
            let stray = try DatagramSocket(at: Endpoint(.loopbackV4, 0))
            place = stray.local
            try estate.fill([stray.descriptor.number], label: .relays)
        }
        do {
            let (inheritance, _) = try estate.read()
            #expect(inheritance.takeAllocations().isEmpty)
        }
        #expect(throws: Errno.addressInUse) { _ = try DatagramSocket(at: place) }
        estate.kept = []
        _ = try DatagramSocket(at: place)
    }

    @Test("is thrown away when it is not whole, of another version, or has killed two")
    func refused() throws {
        let incomplete = try Estate(isComplete: false).read()
        #expect(incomplete.inheritance.secrets == nil)
        #expect(incomplete.released == ["sterna-3"])
        let strange = try Estate(version: 9).read()
        #expect(strange.inheritance.secrets == nil)
        #expect(strange.inheritance.notices.first?.contains("version 9") == true)
        let deadly = try Estate()
        #expect(try deadly.read().inheritance.starts == 1)
        #expect(try deadly.read().inheritance.starts == 2)
        let third = try deadly.read()
        #expect(third.inheritance.secrets == nil)
        #expect(third.released == ["sterna-3"])
        #expect(third.inheritance.notices.first?.contains("2 processes died") == true)
    }

    @Test("is read by its latest whole generation")
    func generations() throws {
        let (before, after) = (try Estate(), try Estate(isComplete: false))
        let numbers = try before.kept.map { try $0.descriptor.duplicate().release() }
        let passed = PassedDescriptors(numbers, named: Keeper.name(3))
        for item in after.kept { passed.add(try item.descriptor.duplicate().release(), named: Keeper.name(4)) }
        let inheritance = Inheritance(passed) { _ in Issue.record("nothing is released") }
        #expect(inheritance.secrets == Self.secrets)
        #expect(inheritance.generation == 4)
        #expect(inheritance.names.sorted() == ["sterna-3", "sterna-4"])
    }

    @Test("lets go of listeners that nobody wants any more, though somebody keeps the bag")
    func release() throws {
        let estate = try Estate()
        let places = try [IPAddress.loopbackV4, .anyV4].map { address in
            let socket = try Listener.open(at: Endpoint(address, 0))
            let place = try #require(Endpoint(localOf: socket.number))
            try estate.fill([socket.number], label: .listeners(.web, place))
            return place
        }
        let (wanted, unwanted) = (places[0], places[1])
        let (inheritance, _) = try estate.read()
        #expect(throws: BindFailure.self) { _ = try Listener.probe(unwanted) }
        inheritance.release { transport, _ in transport == .tcp }
        #expect(throws: BindFailure.self) { _ = try Listener.probe(unwanted) }
        inheritance.release { _, endpoint in endpoint == wanted }
        _ = try Listener.probe(unwanted)
        #expect(throws: BindFailure.self) { _ = try Listener.probe(wanted) }
        let taken = inheritance.takeListeners(.tcp, at: wanted)
        #expect(taken.count == 1)
        for number in taken { _ = Descriptor(owning: number) }
    }

    @Test("is also what was opened for this process before its start, but for what it has already")
    func opened() throws {
        let estate = try Estate()
        let sockets = try (0..<3).map { _ in try Self.socket() }
        let (place, other) = (Endpoint(.anyV4, 443), Endpoint(.anyV6, 443))
        try estate.fill([sockets[0]], label: .listeners(.datagrams, place))
        let numbers = try estate.kept.map { try $0.descriptor.duplicate().release() }
        let passed = PassedDescriptors(numbers, named: Keeper.name(3))
        for (endpoint, number) in [(place, sockets[1]), (other, sockets[2])] {
            let bag = try Bag()
            try bag.fill([number], label: BagLabel.listeners(.datagrams, endpoint).bytes)
            passed.add(try bag.end().release(), named: Keeper.opened)
        }
        let inheritance = Inheritance(passed) { _ in Issue.record("nothing is released") }
        #expect(inheritance.names == ["sterna-3", "sterna-ports"])
        let taken = inheritance.takeListeners(.udp, at: place) + inheritance.takeListeners(.udp, at: other)
        #expect(taken.map { Endpoint(localOf: $0) } == [sockets[0], sockets[2]].map { Endpoint(localOf: $0) })
        for number in taken + sockets { _ = Descriptor(owning: number) }
    }
}

@Suite("What lies in a bag")
struct BagLabelTests {
    @Test(
        "is read from its label",
        arguments: [
            .relays, .listeners(.datagrams, Endpoint(.anyV4, 3478)), .listeners(.web, Endpoint(.v6(1), 443)),
            .listeners(.streams, Endpoint(.loopbackV4, 1)), .listeners(.proxied, Endpoint(.anyV6, 5350)),
        ] as [BagLabel])
    func roundTrip(label: BagLabel) {
        #expect(BagLabel(label.bytes) == label)
        for count in label.bytes.indices { _ = BagLabel(Array(label.bytes.prefix(count))) }
        #expect(BagLabel([]) == nil)
    }
}
