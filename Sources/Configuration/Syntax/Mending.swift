// SPDX-License-Identifier: Apache-2.0

/// A value that is right but for what stands behind it, and what is said about that.
///
/// coturn starts with such lines: it reads the digits in front of a number and nothing behind them, and passes over an
/// address that it does not understand. Here the value is taken that was meant, and its author is told.
struct Mending: Hashable {
    let value: String
    /// What would be right.
    let advice: String

    /// What `text` may have been meant to be, the most likely first.
    static func all(of text: String, for setting: Setting) -> [Self] {
        guard !setting.isText || setting.isPath else { return [] }
        var all: [Self] = []
        var rest = text[...]
        if let sign = comment(in: rest, isLoose: !setting.isPath) {
            rest = rest[..<sign].trimmed
            all.append(Self(value: String(rest), advice: "a comment belongs on a line of its own"))
        }
        if let last = rest.last, ";,".contains(last) {
            rest = rest.dropLast().trimmed
            all.append(Self(value: String(rest), advice: "lines do not end with “\(last)”"))
        }
        guard !setting.isPath else { return all }
        if rest.contains(where: \.isTypographicDash) {
            rest = Substring(String(rest.map { $0.isTypographicDash ? "-" : $0 }))
            all.append(Self(value: String(rest), advice: "the dash is a word processor's; write “-”"))
        }
        if setting.typeName == ValueType<PeerRule>.peers.name, rest.contains("-") {
            rest = Substring(
                rest.split(separator: "-", omittingEmptySubsequences: false).map(\.trimmed).joined(separator: "-"))
            if String(rest) != all.last?.value ?? text {
                all.append(Self(value: String(rest), advice: "no blanks belong around the dash"))
            }
        }
        if setting.isAddress, let (address, advice) = aloneAddress(in: rest) {
            all.append(Self(value: address, advice: advice))
        }
        let digits = rest.prefix { ("0"..."9").contains($0) }
        if !digits.isEmpty, digits.count < rest.count, setting.isNumber {
            all.append(
                Self(
                    value: String(digits),
                    advice:
                        "only the digits in front count, as in coturn\(secondPort(rest.dropFirst(digits.count), setting))"
                ))
        }
        if setting.isFlag, let letter = rest.first?.lowercased(), "ynft".contains(letter) {
            all.append(
                Self(value: "yt".contains(letter) ? "yes" : "no", advice: "right would be \(setting.expected)"))
        }
        return all
    }

    /// The address that a port or the size of its network stands behind.
    private static func aloneAddress(in text: Substring) -> (String, String)? {
        guard let sign = text.lastIndex(where: { "/:".contains($0) }), text[sign...].dropFirst().allSatisfy(\.isNumber)
        else { return nil }
        let address = text[..<sign]
        if text[sign] == "/" { return (String(address), "an address stands here without the size of its network") }
        // A colon is part of an IPv6 address, unless that stands in brackets.
        guard !address.contains(":") || address.hasSuffix("]") else { return nil }
        return (String(address), "an address stands here without a port")
    }

    /// Where a comment begins: at a `#` with a blank before it, or at any where none belongs to a value.
    private static func comment(in text: Substring, isLoose: Bool) -> Substring.Index? {
        guard let sign = text.firstIndex(of: "#") else { return nil }
        if isLoose { return sign }
        return text.indices.first { index in
            text[index] == "#" && index > text.startIndex && text[text.index(before: index)].isBlank
        }
    }

    /// Where a second port can be written.
    private static func secondPort(_ rest: Substring, _ setting: Setting) -> String {
        let key = ["listening-port": "alt-listening-port", "tls-listening-port": "alt-tls-listening-port"][setting.key]
        let port = rest.drop { !("0"..."9").contains($0) }.prefix { ("0"..."9").contains($0) }
        guard let key, !port.isEmpty else { return "" }
        return "; another port is written as \(key)=\(port)"
    }
}

extension Character {
    /// Word processors and web pages make these of a hyphen.
    fileprivate var isTypographicDash: Bool { "‐‑‒–—−".contains(self) }
}
