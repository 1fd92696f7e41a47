// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Wire

/// What a web connection is carried by: a TCP stream, or a TLS session over one.
protocol ByteStream: AnyObject {
    var peer: Endpoint { get }
    /// Whether nobody on the way can read or change what it carries.
    var isSecure: Bool { get }
    /// Bytes that wait to be sent.
    var backlog: Int { get }
    /// When the stream is closed as timed out.
    var deadline: Instant? { get set }
    /// Sends or queues; false when the stream is over or too much is queued.
    func send(_ bytes: [UInt8]) -> Bool
    /// Sends what is queued and then no more.
    func finish()
    /// Closes at once, without a word to the owner.
    func abort()
}

extension Stream: ByteStream {
    var isSecure: Bool { false }
}
