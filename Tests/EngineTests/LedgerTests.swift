// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import Engine

@Suite("A ledger")
struct LedgerTests {
    let ledger: Ledger

    init() throws { ledger = try Ledger(version: 7, mark: 3) }

    private func contents() throws -> Ledger.Contents {
        let contents = Ledger.contents(of: ledger.descriptor.number)
        return try #require(contents)
    }

    private func records() throws -> [UInt64: [UInt8]] {
        Dictionary(uniqueKeysWithValues: try contents().entries.map { ($0.key, $0.bytes) })
    }

    @Test("is read as it was written, at any time")
    func roundTrip() throws {
        #expect(try contents().entries.isEmpty)
        #expect(try contents().version == 7)
        #expect(try contents().mark == 3)
        var expected: [UInt64: [UInt8]] = [:]
        for round in 0..<400 {
            let key = UInt64(round * 7 % 23)
            if round % 5 == 4 {
                ledger.erase(key)
                expected[key] = nil
            } else {
                let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: round * 13 % 1500)
                #expect(ledger.write(key, bytes))
                expected[key] = bytes
            }
            if round % 20 == 0 { #expect(try records() == expected) }
        }
        #expect(try records() == expected)
        #expect(ledger.count == expected.count)
        #expect(try contents().spoilt == 0)
    }

    @Test("uses again what was erased")
    func reuse() throws {
        for round in 0..<10_000 { ledger.write(1, [UInt8](repeating: 1, count: 200 + round % 2 * 400)) }
        var facts = stat()
        #expect(unsafe fstat(ledger.descriptor.number, &facts) == 0)
        #expect(facts.st_size <= 512 << 10)
    }

    @Test("grows with what is written, and refuses what is larger than it can be")
    func growth() throws {
        for key in 0..<200 as Range<UInt64> { #expect(ledger.write(key, [UInt8](repeating: 9, count: 10_000))) }
        #expect(try records().count == 200)
        #expect(!ledger.write(0, [UInt8](repeating: 9, count: 5 << 20)))
        #expect(try records()[0] == nil)
    }

    @Test("has a record whole or as it was before, wherever its writer dies")
    func everyInstant() throws {
        // What a kill leaves behind is what the file held after one of the stores: each word of the new run by itself
        // may be missing, but the state is written last.
        ledger.write(1, Array("before".utf8))
        ledger.write(2, Array("beside".utf8))
        let before = try image()
        ledger.write(1, Array("after".utf8))
        let after = try image()
        let changed = before.indices.filter { before[$0] != after[$0] }
        let state = try #require(changed.first { isState(after, at: $0) })
        for count in 0...changed.count {
            var torn = before
            for place in changed.prefix(count) where !(state..<state + 4).contains(place) { torn[place] = after[place] }
            // The one before is erased only after the new one counts.
            for place in changed where isErasure(before, after, at: place) { torn[place] = before[place] }
            let entries = try #require(try Self.contents(of: torn)).entries
            #expect(entries.first { $0.key == 1 }?.bytes == Array("before".utf8))
            #expect(entries.first { $0.key == 2 }?.bytes == Array("beside".utf8))
        }
        // Both count: the writer died before it erased the first.
        var both = after
        for place in changed where isErasure(before, after, at: place) { both[place] = before[place] }
        #expect(try Self.contents(of: both)?.entries.first { $0.key == 1 }?.bytes == Array("after".utf8))
    }

    @Test("drops what is spoilt and keeps the rest, whichever byte it is")
    func spoilt() throws {
        for key in 0..<4 as Range<UInt64> { ledger.write(key, [UInt8](repeating: UInt8(key), count: 100)) }
        let image = try image()
        for place in 24..<256 * 5 {
            var other = image
            other[place] ^= 0x41
            guard let contents = try Self.contents(of: other) else { continue }
            for entry in contents.entries { #expect(entry.bytes == [UInt8](repeating: UInt8(entry.key), count: 100)) }
        }
    }

    @Test("cut anywhere is read as far as it is there")
    func truncation() throws {
        for key in 0..<4 as Range<UInt64> { ledger.write(key, [UInt8](repeating: UInt8(key), count: 100)) }
        let image = try image()
        for count in stride(from: 0, to: 256 * 6, by: 16) {
            guard let contents = try Self.contents(of: Array(image.prefix(count))) else { continue }
            #expect(contents.entries.count == max(0, min(4, count / 256 - 1)))
        }
        #expect(try Self.contents(of: [UInt8](repeating: 0, count: 4096)) == nil)
    }

    @Test("counts the starts that its readers note")
    func starts() throws {
        #expect(try contents().starts == 0)
        Ledger.note(starts: 2, in: ledger.descriptor.number)
        #expect(try contents().starts == 2)
    }

    // MARK: - The file

    private func image() throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = unsafe pread(ledger.descriptor.number, &bytes, bytes.count, 0)
        try #require(count == bytes.count)
        return bytes
    }

    private static func contents(of image: [UInt8]) throws -> Ledger.Contents? {
        let copy = try Ledger(version: 0, mark: 0)
        let number = copy.descriptor.number
        #expect(ftruncate(number, off_t(image.count)) == 0)
        #expect(unsafe pwrite(number, image, image.count, 0) == image.count)
        return Ledger.contents(of: number)
    }

    /// Whether the word at a place is the state of a run that holds a record.
    private func isState(_ image: [UInt8], at place: Int) -> Bool {
        place % 256 == 0 && image[place..<place + 4].elementsEqual([0x31, 0x63, 0x65, 0x52])
    }

    private func isErasure(_ before: [UInt8], _ after: [UInt8], at place: Int) -> Bool {
        isState(before, at: place / 256 * 256) && place % 256 < 4 && after[place] == 0
    }
}
