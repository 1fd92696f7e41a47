// SPDX-License-Identifier: Apache-2.0

/// What a peer may do on one WebSocket (API §2).
package struct Limits: Hashable, Sendable {
    /// The kind of message that is taken; the other closes with 1003.
    package enum Kind: Hashable, Sendable { case text, binary }

    package var kind: Kind
    /// The longest message, in bytes.
    package var message = 64 * 1024
    /// The most frames that a message may come in.
    package var fragments = 16
    /// Messages a second, and how many at once.
    package var messageRate = 60
    package var messageBurst = 120
    /// Control frames a second, and as many at once.
    package var controlRate = 10
    /// How often the peer is asked whether it is there.
    package var pingInterval = Duration.seconds(25)
    /// After so long without any frame it is not.
    package var silence = Duration.seconds(60)
    /// How long the peer may take to answer a close frame.
    package var closingTime = Duration.seconds(5)

    package init(_ kind: Kind) { self.kind = kind }
}
