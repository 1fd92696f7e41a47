// SPDX-License-Identifier: Apache-2.0
import Wire

/// An error as a problem document (RFC 9457).
package struct Problem: Hashable, Sendable {
    package let status: Status
    package let detail: String

    package init(_ status: Status, _ detail: String) { (self.status, self.detail) = (status, detail) }

    /// `about:blank` says that the title is the status's own phrase (RFC 9457 §4.2.1).
    package var response: Response {
        let document: JSON = [
            "type": "about:blank", "title": .string(status.phrase), "status": .integer(Int64(status.code)),
            "detail": .string(detail),
        ]
        return Response(status, type: "application/problem+json", body: document.bytes)
    }
}
