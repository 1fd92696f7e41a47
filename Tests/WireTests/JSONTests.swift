// SPDX-License-Identifier: Apache-2.0
import Crypto
import Testing
import Wire

@Suite("JSON")
struct JSONTests {
    /// Texts that RFC 8259 accepts, and the shortest form in which they are written again.
    static let accepted: [(String, String)] = [
        ("null", "null"), (" true ", "true"), ("\t\r\nfalse\n", "false"), ("\"\"", "\"\""), ("[]", "[]"), ("{}", "{}"),
        ("0", "0"), ("-0", "-0.0"), ("-1", "-1"), ("123", "123"), ("1.5", "1.5"), ("1e3", "1000.0"), ("1E+2", "100.0"),
        ("20e-1", "2.0"), ("0e1", "0.0"), ("-0.0", "-0.0"), ("1.0", "1.0"), ("1e-400", "0.0"),
        ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "9.223372036854776e+18"), ("0.1", "0.1"),
        ("[1,[2,[3]]]", "[1,[2,[3]]]"), ("[ 1 , 2 ]", "[1,2]"), ("[null,\"\",{}]", "[null,\"\",{}]"),
        ("{\"a\":{\"b\":[true]}}", "{\"a\":{\"b\":[true]}}"), ("{\"\":0}", "{\"\":0}"), ("{ \"a\" : 1 }", "{\"a\":1}"),
        ("{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":2}"),
        (#""\"\\\/\b\f\n\r\t""#, #""\"\\/\u0008\u000c\n\r\t""#), (#""\u0041\u00e9\u20AC""#, "\"Aé€\""),
        (#""\uD834\uDD1E""#, "\"𝄞\""), (#""\ud83d\ude39""#, "\"😹\""), (#""\u0000""#, #""\u0000""#),
        ("\"\u{7F}\u{2028}\u{FFFF}\u{10FFFF}\"", "\"\u{7F}\u{2028}\u{FFFF}\u{10FFFF}\""),
        (#""\\u0000""#, #""\\u0000""#), ("\"a/*b*/c\"", "\"a/*b*/c\""),
    ]

    @Test("reads what RFC 8259 allows and writes it shortest", arguments: accepted)
    func accepts(text: String, written: String) throws {
        let value = try JSON(parsing: Array(text.utf8))
        #expect(value.text == written)
        #expect(try JSON(parsing: value.bytes) == value)
    }

    static let refused: [(String, JSONError)] = [
        ("", .unexpectedEnd), (" ", .unexpectedEnd), ("[", .unexpectedEnd), ("{", .unexpectedEnd),
        ("[1", .unexpectedEnd), ("[1,", .unexpectedEnd), ("{\"a\"", .unexpectedEnd), ("{\"a\":", .unexpectedEnd),
        ("\"abc", .unexpectedEnd), ("nul", .unexpectedEnd), ("-", .unexpectedEnd), ("1.", .unexpectedEnd),
        ("1e", .unexpectedEnd), ("1e+", .unexpectedEnd), (#""\"#, .unexpectedEnd), (#""\u00"#, .unexpectedEnd),
        ("[1,]", .unexpected(0x5D, at: 3)), ("[,1]", .unexpected(0x2C, at: 1)), ("[1 2]", .unexpected(0x32, at: 3)),
        ("{\"a\":1,}", .unexpected(0x7D, at: 7)), ("{a:1}", .unexpected(0x61, at: 1)),
        ("{'a':1}", .unexpected(0x27, at: 1)), ("{\"a\" 1}", .unexpected(0x31, at: 5)),
        ("{1:1}", .unexpected(0x31, at: 1)), ("[1]]", .unexpected(0x5D, at: 3)), ("1 2", .unexpected(0x32, at: 2)),
        ("01", .unexpected(0x31, at: 1)), ("-01", .unexpected(0x31, at: 2)), ("+1", .unexpected(0x2B, at: 0)),
        (".5", .unexpected(0x2E, at: 0)), ("1.e1", .unexpected(0x65, at: 2)), ("0x1", .unexpected(0x78, at: 1)),
        ("1e5.5", .unexpected(0x2E, at: 3)), ("NaN", .unexpected(0x4E, at: 0)), ("-Infinity", .unexpected(0x49, at: 1)),
        ("True", .unexpected(0x54, at: 0)), ("trux", .unexpected(0x78, at: 3)), ("/**/1", .unexpected(0x2F, at: 0)),
        ("\u{FEFF}1", .unexpected(0xEF, at: 0)), ("\u{A0}1", .unexpected(0xC2, at: 0)),
        ("\u{0B}1", .unexpected(0x0B, at: 0)), ("1\u{0}", .unexpected(0, at: 1)),
        ("1e400", .numberOutOfRange(at: 0)), ("[-1e999]", .numberOutOfRange(at: 1)),
        ("\"\n\"", .controlCharacter(at: 1)), ("\"a\\n\u{1F}\"", .controlCharacter(at: 4)),
        (#""\x""#, .badEscape(at: 1)), (#""\u12G4""#, .badEscape(at: 1)), (#""a\U0041""#, .badEscape(at: 2)),
        (#""\uD800""#, .loneSurrogate(at: 1)), (#""\uDC00""#, .loneSurrogate(at: 1)),
        (#""\uD800\n""#, .loneSurrogate(at: 1)), (#""\uD800\u0041""#, .loneSurrogate(at: 1)),
        (#""\uDC00\uD800""#, .loneSurrogate(at: 1)),
    ]

    @Test("refuses what RFC 8259 does not allow, and says where", arguments: refused)
    func refuses(text: String, error: JSONError) {
        #expect(throws: error) { try JSON(parsing: Array(text.utf8)) }
    }

    static let notUTF8: [[UInt8]] = [
        [0xFF], [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        [0xF0, 0x9F, 0x98],
    ]

    @Test("refuses strings that are not UTF-8", arguments: notUTF8)
    func refusesBadUTF8(bytes: [UInt8]) {
        #expect(throws: JSONError.notUTF8(at: 0)) { try JSON(parsing: [0x22] + bytes + [0x22]) }
        #expect(throws: JSONError.notUTF8(at: 0)) { try JSON(parsing: Array(#""\n"#.utf8) + bytes + [0x22]) }
    }

    @Test("reads 32 levels and refuses the 33rd")
    func depth() throws {
        func nested(_ levels: Int) -> [UInt8] {
            Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
        }
        #expect(try JSON(parsing: nested(32)).array?.count == 1)
        #expect(throws: JSONError.tooDeep(at: 32)) { try JSON(parsing: nested(33)) }
        let objects = String(repeating: "{\"a\":", count: 33)
        #expect(throws: JSONError.tooDeep(at: 160)) { try JSON(parsing: Array(objects.utf8)) }
    }

    @Test("refuses a text longer than its limit before reading it")
    func length() throws {
        let text = [UInt8](repeating: 0x20, count: JSON.longest - 1) + [0x31]
        #expect(try JSON(parsing: text) == .integer(1))
        #expect(throws: JSONError.tooLong(limit: JSON.longest)) { try JSON(parsing: text + [0x20]) }
    }

    @Test("the last of two members with one name counts")
    func duplicates() throws {
        let value = try JSON(parsing: Array(#"{"a":1,"b":true,"a":2}"#.utf8))
        #expect(value["a"]?.integer == 2)
        #expect(value["b"]?.boolean == true)
        #expect(value["c"] == nil)
    }

    @Test("refuses a whole message cut at any byte")
    func truncation() throws {
        let message = Array(#"{"type":"offer","sdp":"v=0\r\né😹","n":[1,-2.5e1,null,true,{"u":"\uD83D\uDE39"}]}"#.utf8)
        #expect(try JSON(parsing: message).object?.count == 3)
        for count in 0..<message.count {
            #expect(throws: JSONError.self) { try JSON(parsing: Array(message[..<count])) }
        }
    }

    @Test("survives 200,000 seeded mutations, and reads again all that it writes")
    func mutations() {
        var random = RandomStream(testSeed: 8259)
        let seeds = Self.accepted.map { Array($0.0.utf8) } + Self.refused.map { Array($0.0.utf8) }
        let alphabet = Array(#"{}[]",:\u0123456789eE+-. tfn"#.utf8)
        var read = 0
        for _ in 0..<200_000 {
            var text = seeds[Int(random.below(UInt64(seeds.count)))]
            for _ in 0...random.below(4) {
                let byte =
                    random.below(4) == 0
                    ? UInt8(truncatingIfNeeded: random.next()) : alphabet[Int(random.below(UInt64(alphabet.count)))]
                let place = Int(random.below(UInt64(text.count + 1)))
                if place < text.count, random.below(2) == 0 { text[place] = byte } else { text.insert(byte, at: place) }
            }
            guard let value = try? JSON(parsing: text) else { continue }
            read += 1
            guard let again = try? JSON(parsing: value.bytes), again == value else {
                Issue.record("wrote what it does not read: \(text)")
                return
            }
        }
        #expect(read > 10_000)
    }
}
