// SPDX-License-Identifier: Apache-2.0
internal import CLinux
internal import Glibc
internal import Wire

extension Ledger {
    /// What somebody wrote into a ledger.
    package struct Contents: Sendable {
        package let version: UInt32
        package let mark: UInt32
        /// How many processes have begun to read it since one was last seen to be well.
        package let starts: UInt32
        package let entries: [Entry]
        /// Records that were not written whole, or places that cannot be: nothing of them is in ``entries``.
        package let spoilt: Int
    }

    package struct Entry: Hashable, Sendable {
        package let key: UInt64
        package let bytes: [UInt8]
        let order: UInt64
    }

    /// What lies in a ledger that another process wrote; nil when it is none.
    ///
    /// Of two records with one key the later one counts: the writer died between writing the one and erasing the other.
    package static func contents(of file: Int32) -> Contents? {
        guard let image = image(of: file) else { return nil }
        let bytes = image.span
        guard bytes.count >= cell, word64(bytes, 0) == magic else { return nil }
        var entries: [UInt64: Entry] = [:]
        var spoilt = 0
        var place = cell
        let end = min(Int(word(bytes, Header.cells)) * cell, bytes.count)
        while place + cell <= end {
            let length = Int(word(bytes, place + Run.cells)) * cell
            guard length > 0, length <= end - place else {
                spoilt += 1
                break
            }
            if word(bytes, place + Run.state) == Run.valid {
                if let entry = entry(bytes, at: place, length) {
                    if entries[entry.key].map({ $0.order < entry.order }) ?? true { entries[entry.key] = entry }
                } else {
                    spoilt += 1
                }
            }
            place += length
        }
        return Contents(
            version: word(bytes, Header.version), mark: word(bytes, Header.mark), starts: word(bytes, Header.starts),
            entries: entries.values.sorted { $0.order < $1.order }, spoilt: spoilt)
    }

    /// Notes in a ledger how many processes have begun to read it.
    package static func note(starts: UInt32, in file: Int32) {
        var starts = starts
        // Safe: the call reads the four bytes of the variable.
        _ = unsafe pwrite(file, &starts, 4, off_t(Header.starts))
    }

    private static func entry(_ bytes: Span<UInt8>, at place: Int, _ length: Int) -> Entry? {
        let count = Int(word(bytes, place + Run.count))
        guard count <= length - Run.header else { return nil }
        let record = bytes.array(place + Run.header..<place + Run.header + count)
        let (key, order) = (word64(bytes, place + Run.key), word64(bytes, place + Run.order))
        guard Checksum.of(record, key, order) == word64(bytes, place + Run.checksum) else { return nil }
        return Entry(key: key, bytes: record, order: order)
    }

    /// The whole file as it is now.
    private static func image(of file: Int32) -> [UInt8]? {
        var facts = stat()
        // Safe: the call fills the structure.
        guard unsafe fstat(file, &facts) == 0, facts.st_size > 0, facts.st_size <= 256 << 20 else { return nil }
        var image = [UInt8](repeating: 0, count: Int(facts.st_size))
        var done = 0
        while done < image.count {
            let count = unsafe image.withUnsafeMutableBytes { buffer in
                // Safe: no more is read than there is room for behind what was read before.
                unsafe pread(file, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(done))
            }
            guard count > 0 else { return nil }
            done += count
        }
        return image
    }

    // Both sides are the same machine, and every machine that this runs on is little-endian.

    private static func word(_ bytes: Span<UInt8>, _ offset: Int) -> UInt32 {
        bytes.integer(UInt32.self, at: offset)?.byteSwapped ?? 0
    }

    private static func word64(_ bytes: Span<UInt8>, _ offset: Int) -> UInt64 {
        bytes.integer(UInt64.self, at: offset)?.byteSwapped ?? 0
    }
}
