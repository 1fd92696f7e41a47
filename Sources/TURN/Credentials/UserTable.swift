// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Wire

/// Users and their keys, by name and by USERHASH, in a handful of blocks of memory whatever their number.
///
/// Made once and then shared by all workers: a hundred thousand users are handed over, and let go of, as one is.
package struct UserTable: Sendable {
    private struct Entry {
        var name: UInt32
        var key: UInt32
        var nameCount: UInt16
        var hasMD5: Bool
        var hasSHA256: Bool
    }

    /// Names, one behind the other, in the order they came in.
    private var names: [UInt8] = []
    /// Keys, one behind the other: 16 bytes of MD5, 32 of SHA-256, or both.
    private var keys: [UInt8] = []
    private var entries: [Entry] = []
    /// The entry and one, by the name's hash and by the beginning of the USERHASH; zero: free.
    private var byName: [UInt32] = []
    private var byHash: [UInt32] = []
    private let realm: [UInt8]

    package init(realm: String) { self.realm = [UInt8](realm.utf8) }

    package var count: Int { entries.count }

    /// The keys that a user has; at least one of them is there (RFC 8489 §9.2.2 and §18.5.1).
    struct Keys {
        let md5: Digest?
        let sha256: Digest?
    }

    /// Adds a user; of two with the same name the one that came last counts, once ``index()`` has been called.
    ///
    /// - Returns: False when the key is neither 16 bytes of MD5 nor 32 of SHA-256, or the table is full.
    @discardableResult
    package mutating func append(name: [UInt8], md5: [UInt8]?, sha256: [UInt8]?) -> Bool {
        guard md5 != nil || sha256 != nil, md5.map({ $0.count == 16 }) ?? true, sha256.map({ $0.count == 32 }) ?? true,
            let nameCount = UInt16(exactly: name.count), let start = UInt32(exactly: names.count),
            let key = UInt32(exactly: keys.count), entries.count < 1 << 24
        else { return false }
        names += name
        keys += (md5 ?? []) + (sha256 ?? [])
        entries.append(
            Entry(name: start, key: key, nameCount: nameCount, hasMD5: md5 != nil, hasSHA256: sha256 != nil))
        return true
    }

    /// Makes everybody who was added findable.
    package mutating func index() {
        var size = 16
        while size < entries.count * 2 { size *= 2 }
        var (byName, byHash) = ([UInt32](repeating: 0, count: size), [UInt32](repeating: 0, count: size))
        for number in entries.indices {
            let name = name(of: number)
            insert(number, into: &byName, at: Self.hash(name)) { self.name(of: $0) == name }
            insert(number, into: &byHash, at: userhash(of: name).prefix64) { self.name(of: $0) == name }
        }
        (self.byName, self.byHash) = (byName, byHash)
    }

    /// The keys of the user of this name; nil when nobody has it.
    func keys(of name: [UInt8]) -> Keys? {
        guard let number = find(Self.hash(name), in: byName, where: { self.name(of: $0) == name }) else { return nil }
        let entry = entries[number]
        let start = Int(entry.key)
        let second = start + (entry.hasMD5 ? 16 : 0)
        return Keys(
            md5: entry.hasMD5 ? Digest(keys.span.extracting(start..<start + 16)) : nil,
            sha256: entry.hasSHA256 ? Digest(keys.span.extracting(second..<second + 32)) : nil)
    }

    /// The name of the user whose USERHASH this is (RFC 8489 §14.4); nil when it is nobody's.
    func name(userhash: Digest) -> [UInt8]? {
        find(userhash.prefix64, in: byHash) { self.userhash(of: self.name(of: $0)) == userhash }.map(name(of:))
    }

    private func name(of number: Int) -> [UInt8] {
        let start = Int(entries[number].name)
        return Array(names[start..<start + Int(entries[number].nameCount)])
    }

    private func userhash(of name: [UInt8]) -> Digest {
        HashFunction.sha256.digest(name + [UInt8(ascii: ":")] + realm)
    }

    private static func hash(_ name: [UInt8]) -> UInt64 {
        var hasher = Hasher()
        // Safe: the bytes are read while the call lasts.
        unsafe name.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return UInt64(truncatingIfNeeded: hasher.finalize())
    }

    /// Puts an entry where its hash says, or into the place of one that is `same`.
    private func insert(_ number: Int, into places: inout [UInt32], at hash: UInt64, where same: (Int) -> Bool) {
        var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
        while places[place] != 0, !same(Int(places[place]) - 1) { place = (place + 1) & (places.count - 1) }
        places[place] = UInt32(truncatingIfNeeded: number + 1)
    }

    private func find(_ hash: UInt64, in places: [UInt32], where matches: (Int) -> Bool) -> Int? {
        guard !places.isEmpty else { return nil }
        var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
        while places[place] != 0 {
            let number = Int(places[place]) - 1
            if matches(number) { return number }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }
}
