// SPDX-License-Identifier: Apache-2.0
import Store
import Testing

@Suite("The database of users")
struct UserDatabaseTests {
    let folder = Folder()
    var path: String { folder.database }

    func names(_ database: borrowing UserDatabase, _ realm: String) throws -> [String] {
        var names: [String] = []
        try database.forEachUser(of: realm) { names.append(String(decoding: $0.name, as: UTF8.self)) }
        return names
    }

    @Test("gives back the users, keys and secrets of a realm and of no other")
    func roundTrip() throws {
        let database = try UserDatabase(changing: path)
        #expect(try database.put("ana", of: "example.org", md5: "aa", sha256: "bb") == false)
        try database.put("ben", of: "example.com", md5: "cc", sha256: "dd")
        try database.put(secret: "north", of: "example.org", notAfter: 1_800_000_000)
        try database.put(secret: "south", of: "example.org", notAfter: nil)
        let reader = try UserDatabase(reading: path)
        #expect(try names(reader, "example.org") == ["ana"])
        #expect(
            try reader.secrets(of: "example.org").map { "\($0.text) \($0.notAfter ?? 0)" } == [
                "north 1800000000", "south 0",
            ])
        #expect(try reader.strangers(to: "example.org")?.realm == "example.com")
    }

    @Test("a key that coturn's tools have changed since is not joined with the one beside it")
    func staleKey() throws {
        let database = try UserDatabase(changing: path)
        try database.put("ana", of: "example.org", md5: "aa", sha256: "bb")
        let other = try Connection(path: path)
        func hashes() throws -> [String] {
            var hashes: [String] = []
            try database.forEachUser(of: "example.org") { user in
                hashes.append(String(decoding: user.key + [0x20] + user.sha256Key, as: UTF8.self))
            }
            return hashes
        }
        #expect(try hashes() == ["aa bb"])
        try other.execute("UPDATE turnusers_lt SET hmackey = 'cc'")
        #expect(try hashes() == ["cc "])
    }

    @Test("tells by a number that somebody else has changed something")
    func versions() throws {
        let writer = try UserDatabase(changing: path)
        let reader = try UserDatabase(reading: path)
        let before = try reader.version()
        #expect(try reader.version() == before)
        try writer.put("ana", of: "example.org", md5: "aa", sha256: "bb")
        #expect(try reader.version() != before)
    }

    @Test("what is deleted is gone, and what is not there is not deleted")
    func deletes() throws {
        let database = try UserDatabase(changing: path)
        try database.put("ana", of: "example.org", md5: "aa", sha256: "bb")
        #expect(try database.put("ana", of: "example.org", md5: "cc", sha256: "dd"))
        #expect(try database.delete("ana", of: "example.org"))
        #expect(try !database.delete("ana", of: "example.org"))
        try database.put(secret: "north", of: "example.org", notAfter: nil)
        #expect(try database.delete(secret: "north", of: "example.org"))
        #expect(try !database.delete(secret: "north", of: "example.org"))
        #expect(try names(database, "example.org").isEmpty)
    }

    @Test("a database without some of the tables has nothing in them")
    func partial() throws {
        try Connection(path: path).execute("CREATE TABLE turnusers_lt (realm, name, hmackey)")
        let reader = try UserDatabase(reading: path)
        let isUserDatabase = reader.isUserDatabase
        #expect(isUserDatabase)
        #expect(try reader.secrets(of: "x").isEmpty && reader.tokenKeys(of: "x").isEmpty)
        #expect(try reader.allowedPeers(of: "x").isEmpty && reader.deniedPeers(of: "x").isEmpty)
        #expect(try reader.options(of: "x").isEmpty)
    }

    @Test("nothing is made where something is to be read")
    func missing() {
        #expect(throws: StoreError.self) { _ = try UserDatabase(reading: path) }
    }
}
