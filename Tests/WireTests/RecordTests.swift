// SPDX-License-Identifier: Apache-2.0
import Crypto
import Testing
import Wire

@Suite("A record of fields")
struct RecordTests {
    static var sample: Record {
        var record = Record()
        record.add(1, "ana")
        record.add(2, 0xDEAD_BEEF_0000_0001 as UInt64)
        record.add(3, -5 as Int64)
        record.add(4, Endpoint(.loopbackV4, 3478))
        record.add(5, Endpoint(.v6(0x2001_0DB8 << 96 | 1), 0))
        record.add(6, [UInt8]())
        var inner = Record()
        inner.add(1, "in")
        record.add(7, inner)
        record.add(7, inner)
        return record
    }

    @Test("is read as it was written")
    func roundTrip() throws {
        let bytes = Self.sample.bytes
        let read = Record(parsing: bytes.span)
        let record = try #require(read)
        #expect(record == Self.sample)
        #expect(record.text(1) == "ana")
        #expect(record.number(2) == 0xDEAD_BEEF_0000_0001)
        #expect(record.signedNumber(3) == -5)
        #expect(record.endpoint(4) == Endpoint(.loopbackV4, 3478))
        #expect(record.endpoint(5) == Endpoint(.v6(0x2001_0DB8 << 96 | 1), 0))
        #expect(record.bytes(6) == [])
        #expect(record.records(7).map { $0.text(1) } == ["in", "in"])
    }

    @Test("tells a field that is another one or is missing")
    func wrongFields() {
        #expect(Self.sample.number(1) == nil)
        #expect(Self.sample.endpoint(2) == nil)
        #expect(Self.sample.number(99) == nil)
        #expect(Self.sample.records(1).isEmpty)
    }

    @Test("is none when it ends within a field")
    func truncation() {
        let bytes = Self.sample.bytes
        var ends = Set([0])
        for field in Self.sample.fields { ends.insert((ends.max() ?? 0) + 5 + field.value.count) }
        for count in 0..<bytes.count {
            let record = Record(parsing: bytes.span.extracting(first: count))
            #expect((record != nil) == ends.contains(count))
        }
    }

    @Test("never traps, whatever the bytes")
    func garbage() {
        var random = RandomStream(seed: [UInt8](repeating: 7, count: 32))
        for _ in 0..<2000 {
            let bytes = random.bytes(Int(random.below(64)))
            guard let record = Record(parsing: bytes.span) else { continue }
            #expect(record.bytes == bytes)
        }
    }
}
