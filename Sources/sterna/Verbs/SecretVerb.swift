// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Engine
internal import Store
internal import Wire

/// `sterna secret`: the secrets of TURN REST credentials in the database that `userdb` names.
enum SecretVerb {
    static let verb = Verb(
        name: "secret", summary: "adds, lists and retires secrets of the database",
        usage:
            "secret add|list|retire ID [--not-after TIME] [--generate] [--realm REALM] [--userdb FILE] [--config FILE]",
        details: """
            add           reads a secret from the terminal or from standard input; with --generate it
                          makes one and prints it
            list          prints the ids of the secrets, never the secrets, and when they end
            retire ID     lets a secret end: now, or with --not-after at another time

            TIME is a date as 2027-01-31, a date and time as 2027-01-31T12:00:00Z, or a time from now as
            7d, 12h or 30m. To replace a secret: add the next one, give it to whoever makes
            credentials, and retire the last one with a --not-after that its credentials fit into.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        var words = words
        do throws(Complaint) {
            let end = try notAfter(taking: &words)
            let isGenerated = words.contains("--generate")
            words.removeAll { $0 == "--generate" }
            let options = try UserPlace.Options(taking: &words)
            switch (words.first, words.count) {
            case ("add", 1): try add(at: UserPlace(options), until: end, isGenerated: isGenerated)
            case ("list", 1): try list(at: UserPlace(options))
            case ("retire", 2): try retire(words[1], at: UserPlace(options), end: end)
            default: throw .usage("right would be add, list or retire ID; “sterna help secret” says more")
            }
            return Exit.success
        } catch {
            Terminal.complain("sterna secret: \(error.text)")
            return error.exit
        }
    }

    /// Eight digits that tell a secret from the others and tell nothing of it.
    private static func identifier(of secret: String) -> String {
        String(HashFunction.sha256.digest([UInt8]("secret:\(secret)".utf8)).hexadecimal.prefix(8))
    }

    private static func notAfter(taking words: inout [String]) throws(Complaint) -> UnixTime? {
        guard let text = try Words.take("--not-after", from: &words) else { return nil }
        guard let time = UnixTime(spelled: text, now: Moment.read().time) else {
            throw .usage("--not-after “\(text)” is not right; right would be 2027-01-31, 2027-01-31T12:00:00Z or 7d")
        }
        return time
    }

    private static func add(at place: UserPlace, until end: UnixTime?, isGenerated: Bool) throws(Complaint) {
        let secret = isGenerated ? Hex.encode(Randomness.bytes(32)) : try Secret.read("secret")
        guard secret.utf8.count >= 16 else {
            throw .usage("a secret of \(secret.utf8.count) bytes can be guessed; --generate makes a good one")
        }
        try place.changing { (database) throws(StoreError) in
            try database.put(secret: secret, of: place.realm, notAfter: end?.seconds)
        }
        if isGenerated { Terminal.say("\(secret)") }
        Terminal.complain("secret \(identifier(of: secret)) was added to realm \(place.realm)\(until(end))")
    }

    private static func list(at place: UserPlace) throws(Complaint) {
        var secrets: [UserDatabase.Secret] = []
        try place.reading { (database) throws(StoreError) in secrets = try database.secrets(of: place.realm) }
        let now = Moment.read().time
        for secret in secrets {
            let end = secret.notAfter.map { UnixTime(seconds: $0) }
            let state = end.map { $0 > now ? "good until \($0)" : "ended \($0)" } ?? "good"
            Terminal.say("\(identifier(of: secret.text))  \(state)")
        }
    }

    private static func retire(_ identifier: String, at place: UserPlace, end: UnixTime?) throws(Complaint) {
        let end = end ?? Moment.read().time
        var found: [String] = []
        try place.changing { (database) throws(StoreError) in
            found = try database.secrets(of: place.realm).map(\.text).filter { self.identifier(of: $0) == identifier }
            for secret in found { try database.put(secret: secret, of: place.realm, notAfter: end.seconds) }
        }
        guard !found.isEmpty else { throw .data("realm \(place.realm) has no secret “\(identifier)”; list names them") }
        Terminal.say("secret \(identifier) of realm \(place.realm)\(until(end))")
    }

    private static func until(_ end: UnixTime?) -> String { end.map { ", good until \($0)" } ?? "" }
}
