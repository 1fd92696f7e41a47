// SPDX-License-Identifier: Apache-2.0

/// Somebody who is told what happens on a stream. All of it on the loop's thread.
package protocol StreamOwner: AnyObject {
    /// Bytes arrived. They are the loop's and good for the length of the call.
    func received(_ bytes: Span<UInt8>, on stream: Stream)

    /// The peer has accepted a connection that began here.
    func connected(_ stream: Stream)

    /// The peer is not going to send more; what is sent to it still arrives.
    func peerFinished(_ stream: Stream)

    /// Everything that was queued has gone out.
    func drained(_ stream: Stream)

    /// The stream is over and its descriptor closed. Told once, and not for the owner's own ``Stream/abort()``.
    func closed(_ stream: Stream, because end: Stream.End)
}

extension StreamOwner {
    /// Answers a finished peer by finishing too.
    package func peerFinished(_ stream: Stream) { stream.finish() }

    package func connected(_ stream: Stream) {}

    package func drained(_ stream: Stream) {}
}
