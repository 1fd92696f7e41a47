// SPDX-License-Identifier: Apache-2.0

package import STUN
package import Wire

/// How a request ended.
package struct Answer: Hashable, Sendable {
    package enum Result: Hashable, Sendable {
        case success(Facts)
        case refused(Refusal)
        /// Nobody answered in all the time that the RFC gives.
        case silence
    }

    /// What ``Client/ask(_:now:)`` returned; zero for what the client asked by itself to keep things alive.
    package let number: Int
    package let request: Request
    package let result: Result
    /// From the last sending of a request that was sent once only; nil when it was repeated.
    package let roundTrip: Duration?
    /// How often the last request had to be repeated.
    package let repeats: Int
    /// Bytes of the request that was answered, and of the answer.
    package let sent: Int
    package let received: Int

    package var facts: Facts? { if case .success(let facts) = result { facts } else { nil } }
    package var refusal: Refusal? { if case .refused(let refusal) = result { refusal } else { nil } }

    /// What a success said.
    package struct Facts: Hashable, Sendable {
        package var mapped: Endpoint?
        package var relayed: [Endpoint] = []
        package var lifetime: UInt32?
        /// Names the port that was kept for another allocation.
        package var reservation: UInt64?
        package var software: String?
        /// Whether the answer was signed with SHA-256 and the password hashed with it.
        package var usedSHA256 = false
    }

    /// What a refusal said.
    package struct Refusal: Hashable, Sendable {
        package let code: ErrorCode
        /// In the server's words, which may be anything.
        package let reason: String
        package var realm: String?
        /// Where 300 sends the client.
        package var alternate: Endpoint?
        /// Whether the server knew who asked: the request bore a name and a password.
        package var wasSigned = false
    }
}
