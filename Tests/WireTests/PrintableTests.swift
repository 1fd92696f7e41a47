// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite("Printable text")
struct PrintableTests {
    @Test(
        "escapes what a terminal obeys, what ends a line and what cannot be seen",
        arguments: [
            ("a\u{1B}[2Jb", #"a\u001b[2Jb"#), ("a\nb\r\nc", #"a\nb\u000d\nc"#), ("\u{9B}m\u{7F}", #"\u009bm\u007f"#),
            ("moc.\u{202E}evil", #"moc.\u202eevil"#), ("\u{2066}\u{2069}\u{61C}\u{200F}", #"\u2066\u2069\u061c\u200f"#),
            ("a\u{2028}b\u{85}", #"a\u2028b\u0085"#), ("\u{FEFF}\u{200B}\u{AD}", #"\ufeff\u200b\u00ad"#),
            ("\u{E0041}", #"\udb40\udc41"#),
        ])
    func escapes(text: String, printable: String) {
        #expect(text.printable == printable)
        #expect(printable.printable == printable)
    }

    @Test(
        "leaves what people write as it is",
        arguments: ["", "Ana", "Jürgen “J” \\ Müller", "عبد", "日本", "e\u{301}", "🎉"])
    func leaves(text: String) { #expect(text.printable == text) }

    @Test(
        "reads back as what it was, from JSON", arguments: [0...0x1F, 0x7F...0xA0, 0x200B...0x206F, 0xE0000...0xE007F])
    func reads(range: ClosedRange<UInt32>) throws {
        for scalar in range.compactMap(Unicode.Scalar.init) where scalar.isUnseen {
            let json = try JSON(parsing: Array("\"\(scalar.escape)\"".utf8))
            #expect(json.string?.unicodeScalars.first == scalar)
        }
    }
}
