// SPDX-License-Identifier: Apache-2.0
import Wire

/// An answer; the connection adds Date, Content-Length and Connection to it.
package struct Response: Hashable, Sendable {
    package var status: Status
    package private(set) var fields: [Field] = []
    package var body: [UInt8] = []
    /// Whether the connection ends with this answer even if the client would keep it.
    package var closes = false

    package struct Field: Hashable, Sendable {
        package let name: FieldName
        package let value: FieldValue
    }

    package init(_ status: Status) { self.status = status }

    package init(_ status: Status, type: String, body: [UInt8]) {
        self.init(status)
        self.body = body
        set(.contentType, type)
    }

    /// Sets a field, in the place of one with the same name.
    package mutating func set(_ name: FieldName, _ value: String) {
        let field = Field(name: name, value: FieldValue(value))
        if let index = fields.firstIndex(where: { $0.name == name }) {
            fields[index] = field
        } else {
            fields.append(field)
        }
    }

    /// The value of a field that was set.
    package subscript(name: FieldName) -> String? { fields.first { $0.name == name }?.value.text }
}

extension Response {
    /// The status line and the fields, ready for the wire (RFC 9112 §4).
    func head(time: UnixTime, closing: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status.code) \(status.phrase)\r\n"
        for field in fields { text += "\(field.name.rawValue): \(field.value.text)\r\n" }
        text += "Date: \(HTTPDate.text(time))\r\n"
        if !status.isBodiless { text += "Content-Length: \(body.count)\r\n" }
        if closing { text += "Connection: close\r\n" }
        return Array((text + "\r\n").utf8)
    }
}

/// The name of a field that we send; only those written here exist, so none can come from outside.
package struct FieldName: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init?(rawValue: String) {
        guard !rawValue.isEmpty, rawValue.utf8.allSatisfy(\.isToken) else { return nil }
        self.rawValue = rawValue
    }

    private init(_ name: String) { rawValue = name }

    package static let acceptWebSocket = Self("Sec-WebSocket-Accept")
    package static let allow = Self("Allow")
    package static let cacheControl = Self("Cache-Control")
    package static let connection = Self("Connection")
    package static let contentDisposition = Self("Content-Disposition")
    package static let contentEncoding = Self("Content-Encoding")
    package static let contentSecurityPolicy = Self("Content-Security-Policy")
    package static let contentType = Self("Content-Type")
    package static let contentTypeOptions = Self("X-Content-Type-Options")
    package static let crossOriginResourcePolicy = Self("Cross-Origin-Resource-Policy")
    package static let etag = Self("ETag")
    package static let location = Self("Location")
    package static let permissionsPolicy = Self("Permissions-Policy")
    package static let referrerPolicy = Self("Referrer-Policy")
    package static let retryAfter = Self("Retry-After")
    package static let strictTransportSecurity = Self("Strict-Transport-Security")
    package static let upgrade = Self("Upgrade")
    package static let vary = Self("Vary")
    package static let webSocketVersion = Self("Sec-WebSocket-Version")
    package static let wwwAuthenticate = Self("WWW-Authenticate")
}

/// Text that cannot end its line: every control character became a space when it was made.
package struct FieldValue: Hashable, Sendable {
    package let text: String

    package init(_ text: String) {
        // By scalars: CR LF is one Character in Swift.
        self.text = String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}
