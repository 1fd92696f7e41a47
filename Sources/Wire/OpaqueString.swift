// SPDX-License-Identifier: Apache-2.0

// The standard library normalises strings in order to compare them, and shows the result to system libraries only.
@_spi(_Unicode) import Swift

extension String {
    /// The scalars of the text in Unicode's normal form C: two texts that look the same are the same.
    package var normalForm: UnicodeScalarView {
        var scalars = UnicodeScalarView()
        for scalar in _nfc { scalars.append(scalar) }
        return scalars
    }
}

/// A user name, realm or password as STUN's keys are made of it: the OpaqueString profile (RFC 8265 §4.2).
///
/// However a person typed it, in however many scalars, it comes out as the same bytes: every kind of space becomes U+0020,
/// the rest is composed (NFC), and case and width stay as they are.
package struct OpaqueString: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Nil for an empty text and for one with scalars that the profile forbids: controls, what is invisible, what is
    /// unassigned or for private use.
    package init?(_ text: some StringProtocol) {
        var spaced = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            spaced.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        let scalars = String(spaced).normalForm
        var before: Unicode.Scalar?
        for scalar in scalars {
            guard scalar.isFreeform(behind: before) else { return nil }
            before = scalar
        }
        guard !scalars.isEmpty else { return nil }
        description = String(scalars)
    }
}

extension Unicode.Scalar {
    /// Whether PRECIS' FreeformClass has the scalar (RFC 8264 §8, whose order this is).
    ///
    /// The contextual rules for digits and marks of punctuation (RFC 8264 §9.6, CONTEXTO) are not asked: they keep
    /// identifiers from being mistaken for each other, which passwords are not.
    fileprivate func isFreeform(behind before: Unicode.Scalar?) -> Bool {
        switch value {
        case 0x0640, 0x07FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: return false  // Exceptions.
        case 0x200C, 0x200D: return before?.properties.canonicalCombiningClass == .virama  // RFC 5892 A.1 and A.2.
        case 0x1100...0x11FF, 0xA960...0xA97C, 0xD7B0...0xD7FB: return false  // Old Hangul.
        default: break
        }
        guard !properties.isDefaultIgnorableCodePoint, !properties.isNoncharacterCodePoint else { return false }
        switch properties.generalCategory {
        case .control, .format, .unassigned, .privateUse, .surrogate, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }
}
