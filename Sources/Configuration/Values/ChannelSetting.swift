// SPDX-License-Identifier: Apache-2.0

/// A channel that the operator wants to be there from the start.
package struct ChannelSetting: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable { case text, voice }

    package let kind: Kind
    /// 1 to 64 characters without controls.
    package let name: String

    package init(kind: Kind, name: String) { (self.kind, self.name) = (kind, name) }
}

extension ValueType where Value == ChannelSetting {
    static let channel = Self(
        name: "channel", expected: "text:NAME or voice:NAME, with a name of 1 to 64 characters",
        parse: { text, _ in
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let kind = ChannelSetting.Kind(rawValue: parts[0].lowercased()),
                (1...64).contains(parts[1].unicodeScalars.count),
                !parts[1].unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
            else { return nil }
            return ChannelSetting(kind: kind, name: String(parts[1]))
        },
        write: { "\($0.kind.rawValue):\($0.name)" }, isText: true)
}
