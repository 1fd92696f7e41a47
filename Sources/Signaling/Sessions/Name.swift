// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// The name of a person, room or channel: 1–64 scalars in NFC, no controls, no bidirectional overrides.
///
/// Two names that look the same because they differ only in normalisation are the same name.
package struct Name: Hashable, Sendable, CustomStringConvertible {
    package static let longest = 64

    package let description: String

    /// Nil when `text` may not be a name.
    package init?(_ text: String) {
        // No name grows by more than three times in NFC; a longer text is not worth the work.
        guard text.utf8.count <= Self.longest * 4 * 3 else { return nil }
        var scalars = String.UnicodeScalarView()
        for scalar in text.normalForm {
            guard !Self.isForbidden(scalar) else { return nil }
            scalars.append(scalar)
        }
        guard (1...Self.longest).contains(scalars.count) else { return nil }
        description = String(scalars)
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: true  // Controls.
        case 0x2028, 0x2029: true  // Line and paragraph separator break a line as a control does.
        case 0x202A...0x202E, 0x2066...0x2069: true  // Bidirectional embeddings, overrides and isolates.
        default: false
        }
    }
}
