// SPDX-License-Identifier: Apache-2.0
internal import TURN
internal import Wire

// What a process leaves to the next, as records in ledgers. A field that is added needs no new version: who does not
// know it skips it, who misses it does without.

/// How the ledgers are written.
enum StateVersion {
    static let current: UInt32 = 1
    /// What can be read.
    static let readable: ClosedRange<UInt32> = 1...1
}

/// Whose ledger it is.
enum LedgerMark: UInt32 {
    case process = 1
    case relay = 2
    case rooms = 3
}

/// What is kept under which key: the kind in the highest byte, a number below.
enum LedgerKey {
    static let secrets: UInt64 = 1 << 56
    /// Written when all the rest is: without it a process died before it had everything in its own.
    static let complete: UInt64 = 2 << 56

    static func allocation(_ slot: UInt32) -> UInt64 { 3 << 56 | UInt64(slot) }
    static func stream(_ slot: UInt32) -> UInt64 { 4 << 56 | UInt64(slot) }
    static func withdrawal(_ number: UInt64) -> UInt64 { 5 << 56 | number }
    static func room(_ number: UInt64) -> UInt64 { 6 << 56 | number }

    /// The kind of a key, as the functions above have it.
    static func kind(_ key: UInt64) -> UInt64 { key >> 56 }
    static func slot(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key) }
}

/// The secrets that nonces and this server's own credentials are made with.
struct LeftSecrets: Hashable {
    var nonceKey: [UInt8]
    var relaySecret: String

    init(nonceKey: [UInt8], relaySecret: String) { (self.nonceKey, self.relaySecret) = (nonceKey, relaySecret) }

    var record: Record {
        var record = Record()
        record.add(1, nonceKey)
        record.add(2, relaySecret)
        return record
    }

    init?(_ record: Record) {
        guard let nonceKey = record.bytes(1), let relaySecret = record.text(2), nonceKey.count == 32,
            !relaySecret.isEmpty
        else { return nil }
        self.init(nonceKey: nonceKey, relaySecret: relaySecret)
    }
}

/// An allocation, and at which socket of its listeners' group its client arrives; nil for streams.
struct LeftAllocation: Hashable {
    var door: Int?
    var allocation: AllocationRecord

    init(_ allocation: AllocationRecord, door: Int?) { (self.allocation, self.door) = (allocation, door) }

    var record: Record {
        var record = Record()
        if let door { record.add(1, UInt64(door)) }
        record.add(2, allocation.record)
        return record
    }

    init?(_ record: Record) {
        guard let allocation = record.records(2).first.flatMap(AllocationRecord.init) else { return nil }
        self.init(allocation, door: record.number(1).flatMap(Int.init(exactly:)))
    }
}

/// What a stream has read of a message whose end had not come, and what it had not sent.
struct LeftStream: Hashable {
    var unread: [UInt8]
    var unsent: [UInt8]

    init(unread: [UInt8] = [], unsent: [UInt8] = []) { (self.unread, self.unsent) = (unread, unsent) }

    var record: Record {
        var record = Record()
        record.add(1, unread)
        record.add(2, unsent)
        return record
    }

    init?(_ record: Record) { self.init(unread: record.bytes(1) ?? [], unsent: record.bytes(2) ?? []) }
}

/// A name whose credentials were taken back, and until when the last of them would have been good.
struct LeftWithdrawal: Hashable {
    var name: String
    var end: UnixTime

    init(name: String, end: UnixTime) { (self.name, self.end) = (name, end) }

    var record: Record {
        var record = Record()
        record.add(1, name)
        record.add(2, end.milliseconds)
        return record
    }

    init?(_ record: Record) {
        guard let name = record.text(1), let end = record.signedNumber(2) else { return nil }
        self.init(name: name, end: UnixTime(milliseconds: end))
    }
}
