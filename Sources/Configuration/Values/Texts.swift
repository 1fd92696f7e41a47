// SPDX-License-Identifier: Apache-2.0

internal import Wire

extension ValueType where Value == String {
    /// Any text that is not empty.
    static func text(_ name: String, expected: String = "some text") -> Self {
        Self(
            name: name, expected: expected,
            parse: { text, _ in text.isEmpty || text.hasControls ? nil : text },
            write: { $0 }, isText: true)
    }

    /// A text that keys are made of, as OpaqueString leaves it (RFC 8265).
    static func opaque(_ name: String) -> Self {
        Self(
            name: name, expected: "some text without controls",
            parse: { text, _ in OpaqueString(text)?.description },
            write: { $0 }, isText: true)
    }

    /// What nobody looks at.
    static let anything = Self(
        name: "text", expected: "anything", parse: { text, _ in text }, write: { $0 }, isText: true)

    /// A path; a relative one starts at the file that it is written in.
    static let path = Self(
        name: "path", expected: "a path; a relative one starts where this file lies",
        parse: { text, origin in
            guard !text.isEmpty, !text.hasControls else { return nil }
            return text.hasPrefix("/") ? text : (origin.directory.map(String.init) ?? "") + text
        },
        write: { $0 }, isText: true)

    /// The path of a URL, which begins with a slash.
    static let urlPath = Self(
        name: "path", expected: "a slash, and letters, digits and -._~/ behind it",
        parse: { text, _ in
            let allowed = text.utf8.allSatisfy { byte in
                switch byte {
                case 0x2D...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
                default: false
                }
            }
            return text.hasPrefix("/") && allowed ? text : nil
        },
        write: { $0 })

    /// Scheme, host and port of a site, as browsers send it in `Origin`.
    static let webOrigin = Self(
        name: "origin", expected: "https:// or http://, a host and perhaps a port, and nothing behind them",
        parse: { text, _ in
            guard let site = text.site, site.path.isEmpty || site.path == "/" else { return nil }
            return site.path.isEmpty ? text.lowercased() : String(text.dropLast()).lowercased()
        },
        write: { $0 })

    /// A URL that something can be put behind.
    static let webURL = Self(
        name: "url", expected: "https:// or http://, a host and perhaps a path",
        parse: { text, _ in text.hasControls || text.site == nil ? nil : text },
        write: { $0 })
}

extension ValueType where Value == UInt8 {
    static let separator = Self(
        name: "character", expected: "one ASCII character that is no letter or digit",
        parse: { text, _ in
            guard let byte = text.utf8.first, text.utf8.count == 1, (0x21...0x7E).contains(byte) else { return nil }
            let isLetterOrDigit = Character(UnicodeScalar(byte)).isLetter || (0x30...0x39).contains(byte)
            return isLetterOrDigit ? nil : byte
        },
        write: { String(UnicodeScalar($0)) }, isText: true)
}

extension ValueType where Value == Settings.DefaultFamily {
    /// A boolean that asks for the client's own family.
    static let keptFamily = Self(
        name: ValueType<Bool>.boolean.name, expected: ValueType<Bool>.boolean.expected,
        parse: { text, origin in ValueType<Bool>.boolean.parse(text, origin).map { $0 ? .keep : .ipv4 } },
        write: { ValueType<Bool>.boolean.write($0 == .keep) })
}

extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a few words.
    static var word: Self {
        let words = Value.allCases.map(\.rawValue)
        return Self(
            name: words.joined(separator: " or "), expected: words.joined(separator: " or "),
            parse: { text, _ in Value(rawValue: text.lowercased()) },
            write: { $0.rawValue })
    }
}

extension String {
    fileprivate var hasControls: Bool { unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }

    /// The host and the path of an `http` or `https` URL without user, query and fragment.
    var site: (host: Substring, path: Substring)? {
        for scheme in ["https://", "http://"] where lowercased().hasPrefix(scheme) {
            let rest = dropFirst(scheme.count)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            let authority = rest[..<end]
            let allowed = authority.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x3A, 0x5B, 0x5D: true
                default: false
                }
            }
            guard allowed, !authority.isEmpty, !rest.contains(where: { "?# \\".contains($0) }) else { return nil }
            let host: Substring
            if authority.first == "[" {
                guard let close = authority.firstIndex(of: "]") else { return nil }
                host = authority[...close]
            } else {
                host = authority.prefix { $0 != ":" }
            }
            let port = authority[host.endIndex...]
            guard !host.isEmpty, port.isEmpty || port.first == ":" && UInt16(port.dropFirst()) != nil else {
                return nil
            }
            return (host, rest[end...])
        }
        return nil
    }
}
