// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// What a name looks like, so that nobody makes a channel that is taken for another one.
///
/// After UTS 39 §4, with a table of the letters that Latin ones are imitated with: what is invisible goes, widths and
/// ornaments become the letters that they show, and spaces at the ends mean nothing. Case is folded once before that and
/// once after it, because a capital I looks like a small l and means an i.
struct Skeleton: Hashable {
    private let folded: String
    private let seen: String

    init(_ name: Name) {
        let plain = String(String.UnicodeScalarView(name.description.unicodeScalars.compactMap(Self.plain)))
        folded = Self.text(plain.lowercased())
        seen = Self.text(plain).lowercased()
    }

    /// The forms under which a name is looked for: two names look alike when they share one.
    var forms: Set<String> { [folded, seen] }

    private static func text(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { imitations[$0] ?? $0 }
        let words = String(String.UnicodeScalarView(scalars)).split { $0.isWhitespace }
        return words.joined(separator: " ").replacing("rn", with: "m").replacing("vv", with: "w")
    }

    /// The letter or digit that a scalar shows, whatever its width or ornament; nil for what is not seen.
    private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        if scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .format { return nil }
        switch scalar.value {
        case 0xFF01...0xFF5E: return Unicode.Scalar(scalar.value - 0xFEE0)  // Fullwidth.
        case 0x1D400...0x1D6A3: return letter((scalar.value - 0x1D400) % 52)  // Mathematical letters.
        case 0x1D7CE...0x1D7FF: return Unicode.Scalar(0x30 + (scalar.value - 0x1D7CE) % 10)
        case 0x24B6...0x24E9: return letter(scalar.value - 0x24B6)  // Circled letters.
        case 0x1F130...0x1F149: return letter(scalar.value - 0x1F130)  // Squared letters.
        case 0x1F150...0x1F169: return letter(scalar.value - 0x1F150)
        case 0x1F170...0x1F189: return letter(scalar.value - 0x1F170)
        default: return scalar.properties.isWhitespace ? " " : scalar
        }
    }

    /// A–Z, then a–z.
    private static func letter(_ number: UInt32) -> Unicode.Scalar? {
        Unicode.Scalar(number < 26 ? 0x41 + number : 0x61 + number - 26)
    }

    private static let imitations: [Unicode.Scalar: Unicode.Scalar] = {
        let imitated: [(by: String, letter: Unicode.Scalar)] = [
            ("аɑα", "a"), ("АΑᎪ", "A"), ("ВΒᏴ", "B"), ("сϲᴄ", "c"), ("СϹᏟ", "C"), ("ԁɗ", "d"), ("ᎠԀ", "D"),
            ("еєҽ", "e"),
            ("ЕΕᎬ", "E"), ("Ϝ", "F"), ("ɡց", "g"), ("ԌᏀ", "G"), ("һհ", "h"), ("НΗᎻ", "H"), ("іιıɩ", "i"), ("ϳј", "j"),
            ("ЈᎫ", "J"), ("кκᴋ", "k"), ("КΚᏦ", "K"), ("ІΙӀӏI|1ǀ∣ⅼᏞ", "l"), ("м", "m"), ("МΜᎷϺ", "M"), ("пηո", "n"),
            ("Ν", "N"),
            ("оοσօ0", "o"), ("ОΟՕ", "O"), ("рρ", "p"), ("РΡᏢ", "P"), ("ԛզ", "q"), ("гᴦ", "r"), ("ᎡᏒ", "R"), ("ѕꜱ", "s"),
            ("ЅՏᏚ", "S"), ("тτᴛ", "t"), ("ТΤᎢ", "T"), ("υսᴜ", "u"), ("νѵᴠ", "v"), ("ѴᏙ", "V"), ("ԝѡᴡ", "w"),
            ("ԜᎳ", "W"),
            ("хχ", "x"), ("ХΧ", "X"), ("уγү", "y"), ("УΥҮ", "Y"), ("ᴢ", "z"), ("ΖᏃ", "Z"), ("‐‑‒–—―−", "-"),
            ("’‘ʼ′", "'"),
            ("․", "."), ("ː", ":"),
        ]
        var table: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (by, letter) in imitated { for scalar in by.unicodeScalars { table[scalar] = letter } }
        return table
    }()
}
