// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import TLS
internal import Wire

/// A TLS connection on its way from one loop to another: the socket, the session, and what was read and not used.
///
/// Packed by one thread, posted, and unpacked once by the thread that gets it; in between nobody touches it.
final class SecureParcel: Sendable {
    let local: Endpoint
    let peer: Endpoint
    /// When whoever it is must have shown credentials.
    let deadline: Instant?
    /// How often it has gone from one worker to another.
    let moves: Int
    /// Its place among the connections.
    let attachment: (any AnyObject & Sendable)?
    /// What the peer said so far.
    let plaintext: [UInt8]
    /// What arrived behind it and is not decrypted yet.
    let ciphertext: [UInt8]
    // Safe: written before the parcel is posted and taken after it came; the mailbox's lock orders the two.
    nonisolated(unsafe) private var socket: Descriptor?
    nonisolated(unsafe) private var session: Session?

    init(
        _ socket: consuming Descriptor, _ session: consuming Session, of stream: Stream, deadline: Instant?,
        moves: Int, plaintext: [UInt8], ciphertext: [UInt8]
    ) {
        (local, peer, attachment) = (stream.local, stream.peer, stream.attachment)
        (self.deadline, self.moves) = (deadline, moves)
        (self.plaintext, self.ciphertext) = (plaintext, ciphertext)
        unsafe self.socket = consume socket
        unsafe self.session = consume session
    }

    /// The stream and the session on the loop they came to; nil when the parcel is empty.
    func unpack(on loop: Loop) -> Stream? {
        // Safe: see above.
        guard let socket = unsafe socket.take() else { return nil }
        let stream = Stream(adopting: socket, local: local, peer: peer, on: loop)
        stream.attachment = attachment
        return stream
    }

    /// The session; nil when it was taken before.
    func takeSession() -> Session? {
        // Safe: see above.
        unsafe session.take()
    }
}
