// SPDX-License-Identifier: Apache-2.0

/// Why the connection itself answers a request, without asking anybody (API §2: strict, and closed afterwards).
package enum Refusal: Error, Hashable, Sendable {
    /// The sentence says what is wrong.
    case malformed(String)
    case headTooLarge
    case tooManyFields
    case bodyTooLarge
    /// A long body, of which too many are on their way.
    case noRoom
    case expectation
    case version
    case headTimedOut
    case bodyTimedOut

    package var status: Status {
        switch self {
        case .malformed: .badRequest
        case .headTooLarge, .tooManyFields: .headTooLarge
        case .bodyTooLarge: .contentTooLarge
        case .noRoom: .unavailable
        case .expectation: .expectationFailed
        case .version: .versionNotSupported
        case .headTimedOut, .bodyTimedOut: .requestTimeout
        }
    }

    /// What the person at the other end reads.
    package var detail: String {
        switch self {
        case .malformed(let sentence): "The request cannot be read: \(sentence)."
        case .headTooLarge: "The head of a request is at most \(Limits.standard.head) bytes long."
        case .tooManyFields: "A request has at most \(Limits.standard.fields) header fields."
        case .bodyTooLarge: "The body of a request is at most \(Limits.standard.body) bytes long."
        case .noRoom: "Too much is being sent at once; send it again later."
        case .expectation: "The only expectation met is 100-continue."
        case .version: "The versions spoken here are HTTP/1.1 and HTTP/1.0."
        case .headTimedOut, .bodyTimedOut: "The request did not arrive in time."
        }
    }
}
