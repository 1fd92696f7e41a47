// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
    /// With a–z for A–Z and nothing else changed: what protocols compare without regard to case (RFC 9110 §5.6.2).
    ///
    /// Unicode's own folding would take other letters for these: the KELVIN SIGN for a k.
    package var lowercasedASCII: String {
        String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
