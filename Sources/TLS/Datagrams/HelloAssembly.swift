// SPDX-License-Identifier: Apache-2.0

package import Wire

/// Puts a ClientHello together that comes in fragments (RFC 6347 §4.2.3).
///
/// It begins with a first fragment whose cookie ``CookieGate`` has taken, so that only who receives at its address has one. A
/// later fragment that arrives before that one is lost; the client sends it again.
package struct HelloAssembly: Sendable {
    /// How long the fragments may take.
    package static let patience: Duration = .seconds(10)

    /// The client's random, which names its attempt.
    package let random: ClientHello.Random
    package let began: Instant

    private let sequence: UInt16
    /// The datagram as it would have come in one piece.
    private var datagram: [UInt8]
    private var isThere: [Bool]
    private var missing: Int
    private var recordSequence: UInt64

    private static let headers = Record.headerSize + HelloFragment.headerSize

    /// Begins with the datagram that the gate has let in; nil when its message is longer than a client's are.
    package init?(beginningWith first: Span<UInt8>, _ random: ClientHello.Random, now: Instant) {
        guard let fragment = HelloFragment(parsing: first, at: 0), fragment.length <= RecordLimits.message else {
            return nil
        }
        (self.random, began, sequence) = (random, now, fragment.sequence)
        recordSequence = fragment.record.sequence
        missing = fragment.length
        isThere = [Bool](repeating: false, count: fragment.length)
        datagram = first.array(0..<Record.headerSize + 6)
        datagram += [UInt8](repeating: 0, count: 6 + fragment.length)
        take(first)
    }

    /// Adds what a datagram holds of the message. What is there already stays as it is.
    package mutating func take(_ other: Span<UInt8>) {
        var (start, count) = (0, 0)
        while count < RecordLimits.records, let fragment = HelloFragment(parsing: other, at: start) {
            (start, count) = (fragment.bytes.upperBound, count + 1)
            guard fragment.sequence == sequence, fragment.length == isThere.count else { continue }
            recordSequence = max(recordSequence, fragment.record.sequence)
            for (index, place) in zip(fragment.bytes, fragment.offset...) where !isThere[place] {
                datagram[Self.headers + place] = other[index]
                isThere[place] = true
                missing -= 1
            }
        }
    }

    /// The ClientHello in one piece, once all of it is there: it may begin a handshake.
    package var whole: [UInt8]? {
        guard missing == 0 else { return nil }
        var whole = datagram
        var bytes = whole.mutableSpan
        let length = UInt64(isThere.count)
        // The epoch is 0, and so is the fragment's offset.
        bytes.store(recordSequence, at: 3)
        bytes.store(UInt16(truncatingIfNeeded: HelloFragment.headerSize + isThere.count), at: 11)
        bytes.store(UInt16(truncatingIfNeeded: length >> 8), at: Self.headers - 3)
        bytes.store(UInt8(truncatingIfNeeded: length), at: Self.headers - 1)
        return whole
    }
}
