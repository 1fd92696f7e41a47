// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing
import Wire

@testable import Engine

@Suite("A bag of descriptors")
struct BagTests {
    private static func socket() throws -> DatagramSocket { try DatagramSocket(at: Endpoint(.loopbackV4, 0)) }

    /// What lies in a bag, as endpoints; whoever looks closes what was found.
    private static func look(into end: borrowing Descriptor) throws -> (label: [UInt8], places: [Endpoint])? {
        guard let (label, descriptors) = Bag.look(into: end.number) else { return nil }
        var places: [Endpoint] = []
        for number in descriptors {
            let descriptor = Descriptor(owning: number)
            places.append(try Endpoint.local(of: descriptor.number))
        }
        return (label, places)
    }

    @Test("keeps sockets open that everybody has closed, and the bag itself")
    func survival() throws {
        let end: Descriptor
        let place: Endpoint
        do {
            let bag = try Bag()
            end = try bag.end()
            let socket = try Self.socket()
            place = socket.local
            try bag.fill([socket.descriptor.number], label: [1, 2])
        }
        #expect(throws: Errno.addressInUse) { _ = try DatagramSocket(at: place) }
        for _ in 0..<2 {
            let look = try Self.look(into: end)
            let found = try #require(look)
            #expect(found.label == [1, 2])
            #expect(found.places == [place])
        }
        _ = consume end
        _ = try DatagramSocket(at: place)
    }

    @Test("holds what it was filled with last, in that order, up to 253")
    func replacement() throws {
        let bag = try Bag()
        let end = try bag.end()
        let isEmpty = Bag.look(into: end.number) == nil
        #expect(isEmpty)
        var numbers: [Int32] = []
        var places: [Endpoint] = []
        for _ in 0..<Bag.capacity {
            let socket = try Self.socket()
            places.append(socket.local)
            numbers.append(socket.release())
        }
        try bag.fill(numbers, label: [1])
        for number in numbers { close(number) }
        let first = try Self.look(into: end)
        #expect(first?.places == places)
        let last = try Self.socket()
        try bag.fill([last.descriptor.number], label: [2])
        let second = try Self.look(into: end)
        #expect(second?.places == [last.local])
        // What is no longer in it is closed.
        _ = try DatagramSocket(at: places[0])
        try bag.fill([], label: [3])
        let nothing = try Self.look(into: end)
        #expect(nothing?.label == [3])
        #expect(nothing?.places == [])
        let many = [Int32](repeating: last.descriptor.number, count: Bag.capacity + 1)
        #expect(throws: Errno.self) { try bag.fill(many, label: [4]) }
        let still = try Self.look(into: end)
        #expect(still?.label == [3])
    }

    @Test("tells its kinds of descriptors apart")
    func kinds() throws {
        let socket = try Self.socket()
        let end = try Bag().end()
        let ledger = try Ledger(version: 1, mark: 1)
        let numbers = [socket.descriptor.number, end.number, ledger.descriptor.number]
        let kinds = numbers.map(DescriptorKind.init(of:))
        #expect(kinds == [.datagrams, .bag, .memory])
    }
}
