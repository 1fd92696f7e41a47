// SPDX-License-Identifier: Apache-2.0
import Wire

/// The first line of a request (RFC 9112 §3).
struct RequestLine {
    let method: Method
    let target: Target
    /// What an absolute target names; nil for the usual form.
    let authority: String?
    let minorVersion: Int

    /// Parses the line without its CRLF: two single spaces, a version that we speak, a target of a form the method allows.
    init(parsing line: Span<UInt8>) throws(Refusal) {
        let spaces = line.indices.filter { line[$0] == 0x20 }
        guard spaces.count == 2, spaces[0] > 0, spaces[1] > spaces[0] + 1 else {
            throw .malformed("the request line is not METHOD TARGET VERSION")
        }
        guard (0..<spaces[0]).allSatisfy({ line[$0].isToken }) else { throw .malformed("the method is not a token") }
        method = Method(rawValue: String(decoding: line.array(0..<spaces[0]), as: UTF8.self))

        switch String(decoding: line.array(spaces[1] + 1..<line.count), as: UTF8.self) {
        case "HTTP/1.1": minorVersion = 1
        case "HTTP/1.0": minorVersion = 0
        case let version where version.utf8.count == 8 && version.hasPrefix("HTTP/"): throw .version
        default: throw .malformed("the request line does not end in a version")
        }

        let range = spaces[0] + 1..<spaces[1]
        guard range.allSatisfy({ (0x21...0x7E).contains(line[$0]) && line[$0] != UInt8(ascii: "#") }) else {
            throw .malformed("the target holds a character that belongs in percent-encoding")
        }
        (target, authority) = try Self.target(String(decoding: line.array(range), as: UTF8.self), for: method)
    }

    /// The forms of RFC 9112 §3.2. CONNECT's authority form is nothing that an origin server takes.
    private static func target(_ text: String, for method: Method) throws(Refusal) -> (Target, String?) {
        if text == "*" {
            guard method == .options else { throw .malformed("only OPTIONS asks for *") }
            return (.asterisk, nil)
        }
        if text.hasPrefix("/") { return (try Target(parsing: text), nil) }
        let lower = text.lowercasedASCII
        guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix) else {
            throw .malformed("the target is neither a path nor a URL")
        }
        let rest = text.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard Authority.isWellFormed(rest[..<end]) else { throw .malformed("the target names no host") }
        let path = rest[end...]
        return (try Target(parsing: path.hasPrefix("/") ? String(path) : "/" + path), String(rest[..<end]))
    }
}

/// `host[:port]` as Host and absolute targets write it (RFC 9110 §7.2): a name, an IPv4 address or a bracketed IPv6 one.
package enum Authority {
    package static func isWellFormed(_ text: some StringProtocol) -> Bool {
        let (host, port) = split(text)
        guard port.utf8.count <= 5, port.utf8.allSatisfy(\.isDigit), UInt16(port) != nil || port.isEmpty else {
            return false
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            return IPAddress(host.dropFirst().dropLast())?.family == .v6
        }
        return (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy {
                $0.isDigit || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || [0x2D, 0x2E, 0x5F].contains($0)
            }
    }

    /// The host without its port; an IPv6 address keeps its brackets.
    package static func host(of text: some StringProtocol) -> String { split(text).host }

    private static func split(_ text: some StringProtocol) -> (host: String, port: String) {
        guard let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") else { return (String(text), "") }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}
