// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Wire

/// Who is inside which room, kept for the next process.
final class KeptRooms {
    private let ledger: Ledger
    private var keys: [String: UInt64] = [:]
    /// What was written last: most of what is said in a room changes nothing of it.
    private var written: [String: [UInt8]] = [:]
    private var lastKey: UInt64 = 0

    init(keep: (Kept) -> Void) throws(Errno) {
        ledger = try Ledger(version: StateVersion.current, mark: LedgerMark.rooms.rawValue)
        keep(Kept(try ledger.descriptor.duplicate()))
    }

    /// Keeps a room as it is now; nil where nobody is inside any more.
    func keep(_ record: Record?, of token: String) {
        guard let bytes = record?.bytes else {
            written[token] = nil
            if let key = keys.removeValue(forKey: token) { ledger.erase(LedgerKey.room(key)) }
            return
        }
        guard written[token] != bytes else { return }
        if keys[token] == nil {
            lastKey += 1
            keys[token] = lastKey
        }
        guard let key = keys[token] else { return }
        ledger.write(LedgerKey.room(key), bytes)
        written[token] = bytes
    }
}
