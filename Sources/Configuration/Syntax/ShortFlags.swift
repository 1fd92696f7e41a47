// SPDX-License-Identifier: Apache-2.0

/// coturn's flags of one letter, as `turnserver -c FILE -n -v -a -o -p 3478` has them.
package enum ShortFlags {
    private static let withValue: [Character: String] = [
        "L": "listening-ip", "p": "listening-port", "d": "listening-device", "E": "relay-ip", "i": "relay-device",
        "X": "external-ip", "m": "relay-threads", "u": "user", "r": "realm", "q": "user-quota", "Q": "total-quota",
        "s": "max-bps", "B": "bps-capacity", "b": "userdb", "e": "psql-userdb", "M": "mysql-userdb",
        "J": "mongo-userdb", "N": "redis-userdb", "O": "redis-statsdb", "l": "log-file", "C": "rest-api-separator",
        "A": "allocation-default-address-family", "c": "config",
    ]
    private static let alone: [Character: String] = [
        "v": "verbose", "V": "Verbose", "o": "daemon", "f": "fingerprint", "a": "lt-cred-mech", "z": "no-auth",
        "S": "stun-only", "K": "keep-address-family", "n": noFile,
    ]

    /// The long form of `-n`: no file is read.
    package static let noFile = "no-config"

    /// The key that a letter stands for; nil for one that coturn does not have.
    static func key(_ letter: Character) -> String? { withValue[letter] ?? alone[letter] }

    /// `words` with every short flag written out: `-p 3478`, `-p3478` and `-va` as getopt reads them. What is no flag of
    /// coturn's stays as it is.
    package static func spelledOut(_ words: [String]) -> [String] {
        var spelled: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.first == "-", word.utf8.count > 1, !word.hasPrefix("--"),
                let long = expand(word.dropFirst(), &rest)
            else {
                spelled.append(word)
                continue
            }
            spelled += long
        }
        return spelled
    }

    private static func expand(_ letters: Substring, _ rest: inout ArraySlice<String>) -> [String]? {
        var long: [String] = []
        var letters = letters
        while let letter = letters.popFirst() {
            if let key = alone[letter] {
                long.append("--\(key)")
            } else if let key = withValue[letter] {
                guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
                    return long + ["--\(key)"]
                }
                return long + ["--\(key)=\(value)"]
            } else {
                return nil
            }
        }
        return long
    }
}
