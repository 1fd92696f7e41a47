// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Store
internal import Wire

/// `sterna user`: the users of the database that `userdb` names.
enum UserVerb {
    static let verb = Verb(
        name: "user", summary: "adds, lists and deletes users of the database",
        usage: "user add NAME|list|delete NAME [--realm REALM] [--userdb FILE] [--config FILE]",
        details: """
            add NAME      reads the password from the terminal (twice, unseen) or from standard input,
                          and adds the user, or gives one that is there another password
            list          prints the names
            delete NAME   deletes the user; sessions that run go on until they are not refreshed

            The database is that of the configuration (userdb), the realm as well, because keys are
            made with it. A running server takes the change up within seconds. Passwords are not
            taken from the command line, where every user of the host could read them.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        var words = words
        do throws(Complaint) {
            let options = try UserPlace.Options(taking: &words)
            switch (words.first, words.count) {
            case ("add", 2): try add(words[1], at: UserPlace(options))
            case ("list", 1): try list(at: UserPlace(options))
            case ("delete", 2): try delete(words[1], at: UserPlace(options))
            default: throw .usage("right would be add NAME, list or delete NAME; “sterna help user” says more")
            }
            return Exit.success
        } catch {
            Terminal.complain("sterna user: \(error.text)")
            return error.exit
        }
    }

    private static func add(_ name: String, at place: UserPlace) throws(Complaint) {
        guard let name = OpaqueString(name)?.description, name.utf8.count <= 508 else {
            throw .usage("a name has 1 to 508 bytes and nothing invisible in it")
        }
        guard let password = OpaqueString(try Secret.read("password for \(name)"))?.description else {
            throw .usage("a password has nothing invisible in it")
        }
        let keys = [HashFunction.md5, .sha256].map { function in
            LongTermKey.derive(username: name, realm: place.realm, password: password, function).hexadecimal
        }
        let wasThere = try place.changing { (database) throws(StoreError) in
            try database.put(name, of: place.realm, md5: keys[0], sha256: keys[1])
        }
        Terminal.say(wasThere ? "\(name) has another password now" : "\(name) was added to realm \(place.realm)")
    }

    private static func list(at place: UserPlace) throws(Complaint) {
        var names: [String] = []
        try place.reading { (database) throws(StoreError) in
            try database.forEachUser(of: place.realm) { (user) throws(StoreError) in
                names.append(String(decoding: user.name, as: UTF8.self))
            }
        }
        for name in names { Terminal.say("\(name)") }
    }

    private static func delete(_ name: String, at place: UserPlace) throws(Complaint) {
        let wasThere = try place.changing { (database) throws(StoreError) in
            try database.delete(name, of: place.realm)
        }
        guard wasThere else { throw .data("realm \(place.realm) has no user “\(name)”") }
        Terminal.say("\(name) was deleted from realm \(place.realm)")
    }
}
