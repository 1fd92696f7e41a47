// SPDX-License-Identifier: Apache-2.0

/// How long a client waits and how often it asks again (RFC 8489 §6.2.1, §6.2.2).
package struct Timing: Hashable, Sendable {
    /// The first wait over datagrams (RTO); each one after it is twice as long.
    package var first: Duration = .milliseconds(500)
    /// How often a request is sent over datagrams (Rc).
    package var requests = 7
    /// The last wait, in multiples of the first (Rm).
    package var last = 16
    /// The only wait over streams (Ti).
    package var stream: Duration = .milliseconds(39_500)

    package init() {}

    /// How long to wait after a request was repeated so often, zero for the first time.
    func wait(after repeats: Int) -> Duration {
        repeats + 1 >= requests ? first * last : first * (1 << min(repeats, 16))
    }
}
