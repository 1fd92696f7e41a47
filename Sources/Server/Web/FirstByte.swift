// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// A stream at a port of the web that has said nothing yet: its first byte tells who it is for (RFC 7983).
final class FirstByte: StreamOwner {
    /// How long a stream may say nothing.
    private static let patience: Duration = .seconds(10)

    /// When the stream was accepted.
    let began: Moment
    private let told: (FirstByte, Stream, Span<UInt8>) -> Void
    private let ended: (FirstByte) -> Void

    /// - Parameters:
    ///   - told: Told once, with the first bytes; it hands the stream on or ends it.
    ///   - ended: Told when the stream is over before that.
    init(
        at began: Moment, told: @escaping (FirstByte, Stream, Span<UInt8>) -> Void,
        ended: @escaping (FirstByte) -> Void
    ) {
        (self.began, self.told, self.ended) = (began, told, ended)
    }

    /// Begins to read.
    func open(_ stream: Stream) throws(Errno) {
        if stream.isOpen { stream.hand(to: self) } else { try stream.open(owner: self) }
        stream.deadline = began.instant + Self.patience
    }

    /// Whether a byte begins a STUN message of a method that there is: no other protocol of these ports begins so.
    static func isSTUN(_ byte: UInt8) -> Bool { byte < 2 }

    func received(_ bytes: Span<UInt8>, on stream: Stream) { if !bytes.isEmpty { told(self, stream, bytes) } }
    func closed(_ stream: Stream, because end: Stream.End) { ended(self) }
}
