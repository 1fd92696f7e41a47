// SPDX-License-Identifier: Apache-2.0

/// A status code and its phrase (RFC 9110 §15).
package struct Status: Hashable, Sendable {
    package let code: Int
    package let phrase: String

    private init(_ code: Int, _ phrase: String) { (self.code, self.phrase) = (code, phrase) }

    package static let switchingProtocols = Self(101, "Switching Protocols")
    package static let ok = Self(200, "OK")
    package static let created = Self(201, "Created")
    package static let noContent = Self(204, "No Content")
    package static let notModified = Self(304, "Not Modified")
    package static let permanentRedirect = Self(308, "Permanent Redirect")
    package static let badRequest = Self(400, "Bad Request")
    package static let unauthorized = Self(401, "Unauthorized")
    package static let forbidden = Self(403, "Forbidden")
    package static let notFound = Self(404, "Not Found")
    package static let methodNotAllowed = Self(405, "Method Not Allowed")
    package static let requestTimeout = Self(408, "Request Timeout")
    package static let conflict = Self(409, "Conflict")
    package static let gone = Self(410, "Gone")
    package static let contentTooLarge = Self(413, "Content Too Large")
    package static let unsupportedMediaType = Self(415, "Unsupported Media Type")
    package static let expectationFailed = Self(417, "Expectation Failed")
    package static let misdirectedRequest = Self(421, "Misdirected Request")
    package static let upgradeRequired = Self(426, "Upgrade Required")
    package static let tooManyRequests = Self(429, "Too Many Requests")
    package static let headTooLarge = Self(431, "Request Header Fields Too Large")
    package static let serverError = Self(500, "Internal Server Error")
    package static let notImplemented = Self(501, "Not Implemented")
    package static let unavailable = Self(503, "Service Unavailable")
    package static let versionNotSupported = Self(505, "HTTP Version Not Supported")

    /// Whether an answer with this status never has a body (RFC 9112 §6.3).
    package var isBodiless: Bool { code < 200 || code == 204 || code == 304 }
}
