// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// A stream that a proxy passes on, whose first bytes say for whom (PROXY protocol).
final class ProxyGreeting: StreamOwner {
    /// How long the header may take, and whatever else a stream has to say before it is known.
    private static let patience: Duration = .seconds(10)

    private var header: [UInt8] = []
    private let greeted: (Stream, Span<UInt8>) -> Void

    /// - Parameter greeted: Told once, with the client as the stream's peer and the bytes behind the header; it hands the
    ///   stream on or ends it.
    init(greeted: @escaping (Stream, Span<UInt8>) -> Void) { self.greeted = greeted }

    /// Begins to read.
    func open(_ stream: Stream, now: Instant) throws(Errno) {
        try stream.open(owner: self)
        stream.deadline = now + Self.patience
    }

    func received(_ bytes: Span<UInt8>, on stream: Stream) {
        header += bytes.array
        let read = header
        switch ProxyHeader(startingAt: read.span) {
        case .incomplete: return
        case .invalid: stream.abort()
        case .whole(let size, let client):
            if let client { stream.peer = client }
            let rest = Array(header[size...])
            header = []
            greeted(stream, rest.span)
        }
    }

    func closed(_ stream: Stream, because end: Stream.End) {}
}
