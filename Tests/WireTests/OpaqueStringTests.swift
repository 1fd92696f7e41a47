// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite("A name or password (OpaqueString, RFC 8265)")
struct OpaqueStringTests {
    @Test(
        "comes out the same however it was typed",
        arguments: [
            ("correct horse battery staple", "correct horse battery staple"),  // RFC 8265 §4.3, example 1.
            ("Correct Horse Battery Staple", "Correct Horse Battery Staple"),  // Example 2.
            ("\u{3C0}\u{DF}\u{E5}", "\u{3C0}\u{DF}\u{E5}"),  // Example 3.
            ("Jack of \u{2666}s", "Jack of \u{2666}s"),  // Example 4.
            ("foo\u{1680}bar", "foo bar"),  // Example 5: Ogham's space.
            ("\u{A0}\u{2003}\u{3000}", "   "),
            ("Zoe\u{308}", "Zo\u{EB}"),
            ("e\u{323}\u{307}", "\u{1EB9}\u{307}"),
            ("\u{212B}", "\u{C5}"),
            ("\u{FF41}", "\u{FF41}"),  // Width stays.
            ("\u{AC00}", "\u{AC00}"),
            ("\u{915}\u{94D}\u{200D}\u{937}", "\u{915}\u{94D}\u{200D}\u{937}"),  // A joiner where it belongs.
        ])
    func prepared(text: String, expected: String) {
        #expect(OpaqueString(text).map { Array($0.description.utf8) } == Array(expected.utf8))
    }

    @Test(
        "may not be empty, nor hold what cannot be seen or is nothing",
        arguments: [
            "",  // RFC 8265 §4.3, example 6.
            "my cat is a \u{9}by",  // Example 7: a tab.
            "a\u{0}", "a\u{7F}", "a\u{85}", "a\u{200B}b", "a\u{AD}b", "a\u{202E}b", "a\u{FEFF}", "a\u{200D}b",
            "\u{E000}", "\u{378}", "\u{1100}", "\u{2028}", "\u{0640}", "\u{E0041}", "\u{FE0F}",
        ])
    func refused(text: String) {
        #expect(OpaqueString(text) == nil)
    }

    @Test("stays as it is when it is prepared again", arguments: ["Zoe\u{308} \u{3000}x", "\u{1E9B}\u{323}"])
    func idempotent(text: String) {
        let once = OpaqueString(text)
        #expect(once.flatMap { OpaqueString($0.description) } == once)
    }
}
