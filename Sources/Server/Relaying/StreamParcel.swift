// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// A TCP connection on its way from one worker to another: the socket, and what was read and not used.
///
/// Packed by one thread, posted, and unpacked once by the thread that gets it; in between nobody touches it.
final class StreamParcel: Sendable {
    private let local: Endpoint
    let peer: Endpoint
    /// When whoever it is must have shown credentials.
    let deadline: Instant?
    /// Its place among the connections.
    private let attachment: (any AnyObject & Sendable)?
    /// How often it has been on its way.
    let moves: Int
    /// The beginning of what is to be read next.
    let unread: [UInt8]
    // Safe: written before the parcel is posted and taken after it came; the mailbox's lock orders the two.
    nonisolated(unsafe) private var socket: Descriptor?

    init(_ socket: consuming Descriptor, of stream: Stream, deadline: Instant?, moves: Int, unread: [UInt8]) {
        (local, peer, attachment) = (stream.local, stream.peer, stream.attachment)
        (self.deadline, self.moves, self.unread) = (deadline, moves, unread)
        unsafe self.socket = consume socket
    }

    /// The stream, on the loop it came to; nil when it was taken before.
    func unpack(on loop: Loop) -> Stream? {
        // Safe: see above.
        guard let socket = unsafe socket.take() else { return nil }
        let stream = Stream(adopting: socket, local: local, peer: peer, on: loop)
        stream.attachment = attachment
        return stream
    }
}
