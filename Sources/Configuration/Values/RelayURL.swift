// SPDX-License-Identifier: Apache-2.0

/// A relay on another host, as browsers are told of it (RFC 7065): `turn:HOST:PORT?transport=udp`.
package struct RelayURL: Hashable, Sendable {
    /// As it was written.
    package let text: String
    /// Host and port, IPv6 in brackets; without a port where none was written.
    package let authority: String
}

extension ValueType where Value == RelayURL {
    static let relayURL = Self(
        name: "url", expected: "turn:HOST, turn:HOST:PORT?transport=udp or the same with tcp, or turns:…",
        parse: { text, _ in
            for scheme in ["turns:", "turn:"] where text.hasPrefix(scheme) {
                let rest = text.dropFirst(scheme.count)
                let authority = String(rest.prefix { $0 != "?" })
                guard ["", "?transport=udp", "?transport=tcp"].contains(rest.dropFirst(authority.count)),
                    let site = "https://\(authority)".site, site.path.isEmpty
                else { return nil }
                return RelayURL(text: text, authority: authority)
            }
            return nil
        },
        write: { $0.text })
}
