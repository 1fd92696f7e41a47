// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Wire

/// What a web connection is carried by: a TCP stream, or a TLS session over one.
protocol ByteStream: AnyObject {
    var peer: Endpoint { get }
    /// The address and port that the peer connected to.
    var local: Endpoint { get }
    var isOpen: Bool { get }
    /// How the TCP stream ended; nil while it is open, or was ended here.
    var end: Stream.End? { get }
    /// Whether nobody on the way can read or change what it carries.
    var isSecure: Bool { get }
    /// Bytes that wait to be sent.
    var backlog: Int { get }
    /// The most bytes that may wait to be sent.
    var sendLimit: Int { get set }
    /// Lets the kernel take no more than `bytes` that the network does not.
    func limitUnsent(to bytes: Int32)
    /// Stops reading, so that the peer's own sending stalls, or goes on.
    func read(_ isReading: Bool)
    /// When the stream is closed as timed out.
    var deadline: Instant? { get set }
    /// Sends or queues; false when the stream is over or too much is queued.
    func send(_ bytes: Span<UInt8>) -> Bool
    /// Sends or queues messages that end at `ends`; what has records sends each in one of its own.
    func send(_ messages: Span<UInt8>, ends: [Int]) -> Bool
    /// Sends or queues, as for a span.
    func send(_ bytes: [UInt8]) -> Bool
    /// Sends what is queued and then no more.
    func finish()
    /// Closes at once, without a word to the owner.
    func abort()
}

extension Stream: ByteStream {
    var isSecure: Bool { false }

    func send(_ messages: Span<UInt8>, ends: [Int]) -> Bool { send(messages) }
}
