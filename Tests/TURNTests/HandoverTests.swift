// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import Testing
import Wire

@testable import TURN

@Suite("An allocation in another process")
struct HandoverTests {
    let world = World()
    let client: Client

    init() { client = Client(world) }

    @Test("relays on: channels, permissions, and the nonce is good")
    func relays() throws {
        let relayed = try #require(client.allocate())
        #expect(client.bind(0x4000, .peer)?.isSuccess == true)
        #expect(client.permit(.otherPeer)?.isSuccess == true)
        #expect(world.restart() == [])
        client.sendChannelData([1, 2], 0x4000)
        client.sendIndication([3], to: .otherPeer)
        let sent = world.takeToPeers()
        #expect(sent.map(\.to) == [.peer, .otherPeer])
        #expect(sent.map(\.from) == [relayed, relayed])
        _ = world.takeToClients()
        world.receive([9], from: .peer, at: relayed)
        #expect(world.takeToClients().map(\.bytes) == [[0x40, 0, 0, 1, 9]])
        let answer = client.send(client.request(.refresh))
        #expect(answer?.isSuccess == true)
    }

    @Test("answers the repeated request as the one before it did")
    func repetition() throws {
        #expect(client.allocate() != nil)
        let request = client.request(.allocate) { $0.append(requestedTransport: 17) }
        // Another transaction is refused, the first one is answered again.
        #expect(client.send(request)?.code == .allocationMismatch)
        let other = Client(world, "bob", at: Endpoint(.v4(0x0909_090A), 1))
        _ = other.ask(.refresh)
        let first = other.request(.allocate) { $0.append(requestedTransport: 17) }
        let answer = try #require(world.receive(first, on: other.flow))
        world.restart()
        #expect(world.receive(first, on: other.flow) == answer)
    }

    @Test("ends when it would have, with its traffic and its quota")
    func ends() throws {
        #expect(client.allocate() != nil)
        #expect(client.bind(0x4000, .peer)?.isSuccess == true)
        world.pass(.seconds(100))
        world.restart()
        #expect(world.ledger.counts == ["ana": 1])
        #expect(world.relay.allocationCount == 1)
        world.pass(.seconds(499))
        #expect(world.ended.isEmpty)
        world.pass(.seconds(1))
        #expect(world.ended.map(\.reason) == [.expired])
        #expect(world.ended.first?.duration == .seconds(600))
        #expect(world.relay.inventory == Inventory())
        #expect(world.ledger.total == 0)
        #expect(world.sockets.isEmpty)
        #expect(world.saved.isEmpty)
    }

    @Test("has its reserved port redeemed")
    func reservation() throws {
        let answer = client.ask(.allocate) { writer in
            writer.append(requestedTransport: 17)
            writer.append(.evenPort, integer: UInt8(0x80))
        }
        let token = try #require(answer?.token)
        let relayed = try #require(answer?.address(.xorRelayedAddress))
        world.restart()
        let second = Client(world, at: Endpoint(.v4(0x0909_0909), 40_001))
        let next = second.allocate { $0.append(.reservationToken, integer: token) }
        #expect(next == Endpoint(relayed.address, relayed.port + 1))
        world.restart()
        #expect(world.relay.allocationCount == 2)
        #expect(second.refresh(0)?.isSuccess == true)
        #expect(client.refresh(0)?.isSuccess == true)
        #expect(world.relay.inventory == Inventory())
        #expect(world.sockets.isEmpty)
    }

    @Test("is judged by the settings of the new process")
    func policy() throws {
        #expect(client.allocate() != nil)
        #expect(client.bind(0x4000, .peer)?.isSuccess == true)
        var settings = World.settings()
        settings.quotas = world.ledger.quotas
        settings.peerPolicy.denied = [
            try #require(AddressRange(Endpoint.peer.address, Endpoint.peer.address, origin: ""))
        ]
        world.reload(settings)
        world.restart()
        client.sendChannelData([1], 0x4000)
        #expect(world.lastDrop == .deniedPeer)
    }

    @Test("is not had twice for one client")
    func twice() throws {
        #expect(client.allocate() != nil)
        let bytes = try #require(world.saved.values.first?.bytes)
        let record = try #require(Record(parsing: bytes.span).flatMap(AllocationRecord.init))
        #expect(world.relay.restore(record) == nil)
        #expect(world.relay.allocationCount == 1)
    }
}

@Suite("An allocation as bytes")
struct AllocationRecordTests {
    static var sample: AllocationRecord {
        var record = AllocationRecord(
            flow: Flow(client: Endpoint(.v6(1), 9), server: Endpoint(.v6(2), 3478), transport: .tcp),
            expiry: Instant(nanoseconds: 77))
        record.v4 = Endpoint(.v4(0x0808_0808), 50_000)
        record.v6 = Endpoint(.v6(3), 50_002)
        (record.user, record.account) = (Array("1:ana".utf8), "ana")
        (record.key, record.algorithm) = ([UInt8](0..<32), .sha256)
        record.transaction = TransactionID(high: 1, low: 2)
        (record.integrity, record.wantsFingerprint) = (.sha256, true)
        (record.token, record.secondFamilyRefused) = (5, .insufficientCapacity)
        record.authorizedUntil = UnixTime(milliseconds: 11)
        record.relaysTCP = true
        record.began = Moment(instant: Instant(nanoseconds: 6), time: UnixTime(milliseconds: -7))
        record.permissions = [
            .init(address: .v4(1), expiry: Instant(nanoseconds: 8)),
            .init(address: .v6(4), expiry: .init(nanoseconds: 9)),
        ]
        record.channels = [.init(number: 0x4001, peer: Endpoint(.v6(4), 5), expiry: Instant(nanoseconds: 10))]
        return record
    }

    @Test("is read as it was written")
    func roundTrip() { #expect(AllocationRecord(Self.sample.record) == Self.sample) }

    @Test("is read without the fields of a later version")
    func unknownField() {
        var record = Self.sample.record
        record.add(200, "something new")
        #expect(AllocationRecord(record) == Self.sample)
    }

    @Test("is none without what it cannot do without, and never traps")
    func missingFields() {
        let fields = Self.sample.record.fields
        for missing in fields.indices {
            var record = Record()
            for index in fields.indices where index != missing { record.add(fields[index].tag, fields[index].value) }
            _ = AllocationRecord(record)
        }
        #expect(AllocationRecord(Record()) == nil)
        for field in fields.indices {
            for count in 0..<fields[field].value.count {
                var record = Record()
                for index in fields.indices {
                    let value = fields[index].value
                    record.add(fields[index].tag, index == field ? Array(value.prefix(count)) : value)
                }
                guard let read = AllocationRecord(record) else { continue }
                #expect(AllocationRecord(read.record) == read)
            }
        }
    }

    @Test("cut anywhere is read to nothing, or to what it is then")
    func truncation() {
        let bytes = Self.sample.record.bytes
        for count in bytes.indices {
            guard let read = Record(parsing: bytes.span.extracting(first: count)).flatMap(AllocationRecord.init) else {
                continue
            }
            #expect(AllocationRecord(read.record) == read)
        }
    }
}
