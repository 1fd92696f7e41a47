// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// How a connection between two people in a room came about, as the one who was there first tells it: for the operator's
/// figures, and without a word of who or where.
package struct CallReport: Hashable, Sendable {
    /// Whether voice and picture ever passed.
    package let isConnected: Bool
    /// Whether nothing had to be tried again.
    package let isFirstAttempt: Bool
    /// Whether the relay carries it.
    package let isRelayed: Bool
    /// From when both were there to the first picture; nil where there was none, or it was not the first of the page.
    package let firstFrame: Duration?

    /// Reports of one seat that are listened to: one for each of the others, and some more over a long day.
    static let limit = 32
    private static let longest: Int64 = 600_000

    init(_ fields: JSON) throws(FieldProblem) {
        isConnected = try fields.flag("connected")
        isFirstAttempt = try fields.flag("first")
        isRelayed = try fields.flag("relayed")
        guard let frame = fields["frame"] else {
            firstFrame = nil
            return
        }
        guard let milliseconds = frame.integer, (0...Self.longest).contains(milliseconds) else {
            throw FieldProblem(sentence: "“frame” is not a number of milliseconds up to \(Self.longest)")
        }
        firstFrame = .milliseconds(milliseconds)
    }
}
