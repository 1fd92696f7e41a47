// SPDX-License-Identifier: Apache-2.0

import Wire

/// A request whose head was found in order and whose body is complete.
package struct Request: Hashable, Sendable {
    package let method: Method
    package let target: Target
    /// The minor version: 1, or 0 for HTTP/1.0.
    package let minorVersion: Int
    package let fields: Fields
    /// Host and port as the client wrote them, in lower case; empty only for HTTP/1.0 without Host.
    package let authority: String
    package internal(set) var body: [UInt8] = []
}

extension Request {
    /// How the body is delimited (RFC 9112 §6.3).
    enum Framing: Hashable {
        case counted(Int)
        case chunked
    }

    /// Parses a head whose lines were already split; the request line is the first.
    init(parsing head: [UInt8], lines: [Range<Int>]) throws(Refusal) {
        guard let first = lines.first else { throw .malformed("there is no request line") }
        let line = try RequestLine(parsing: head.span.extracting(first))
        var fields = Fields()
        for range in lines.dropFirst() { fields.append(try Fields.Field(parsing: head.span.extracting(range))) }

        method = line.method
        minorVersion = line.minorVersion
        target = line.target
        self.fields = fields

        // Exactly one Host in HTTP/1.1; an absolute target overrides what it says (RFC 9112 §3.2).
        let hosts = fields.values(of: "host")
        guard hosts.count == 1 || hosts.isEmpty && line.minorVersion == 0 else {
            throw .malformed(hosts.isEmpty ? "the Host field is missing" : "the Host field is repeated")
        }
        let named = hosts.first ?? ""
        guard hosts.isEmpty || Authority.isWellFormed(named) else { throw .malformed("the Host field names no host") }
        authority = (line.authority ?? named).lowercasedASCII
    }

    /// Where the body ends, or why that cannot be told for certain (RFC 9112 §6.1 to §6.3).
    func framing() throws(Refusal) -> Framing {
        let lengths = fields.values(of: "content-length")
        let codings = fields.values(of: "transfer-encoding")
        guard codings.isEmpty else {
            guard lengths.isEmpty else {
                throw .malformed("Content-Length and Transfer-Encoding contradict each other")
            }
            guard codings.count == 1, codings[0].lowercasedASCII == "chunked", minorVersion == 1 else {
                throw .malformed("the only transfer coding taken is chunked")
            }
            return .chunked
        }
        guard let length = lengths.first else { return .counted(0) }
        guard lengths.count == 1 else { throw .malformed("Content-Length is repeated") }
        guard !length.isEmpty, length.utf8.allSatisfy(\.isDigit) else {
            throw .malformed("Content-Length is not a number")
        }
        // More digits than an Int holds is more than any limit.
        return .counted(Int(length) ?? .max)
    }

    /// Whether the client waits for 100 before it sends the body (RFC 9110 §10.1.1).
    func awaitsContinue() throws(Refusal) -> Bool {
        let expectations = fields.list("expect")
        guard expectations.allSatisfy({ $0 == "100-continue" }) else { throw .expectation }
        return !expectations.isEmpty && minorVersion == 1
    }

    /// Whether the connection may carry another request after this one (RFC 9112 §9.3).
    var keepsAlive: Bool { minorVersion == 1 && !fields.list("connection").contains("close") }
}
