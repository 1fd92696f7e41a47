// SPDX-License-Identifier: Apache-2.0

/// What one connection may ask for: sizes in bytes, API §2.
package struct Limits: Hashable, Sendable {
    package var head = 16 * 1024
    package var fields = 100
    package var body = 64 * 1024
    /// Paths whose bodies may be longer.
    package var longBodies: [String: Int] = [:]
    /// From the connection's beginning, or the first byte after an answer, to the end of the head.
    package var headTime = Duration.seconds(10)
    /// From the end of the head to the end of the body.
    package var bodyTime = Duration.seconds(10)
    /// The same for a path of ``longBodies``.
    package var longBodyTime = Duration.seconds(60)
    /// How long a connection may wait for its next request.
    package var idleTime = Duration.seconds(60)
    /// What may wait behind a request that is not answered yet.
    package var pipeline = 64 * 1024

    package static let standard = Self()
}
