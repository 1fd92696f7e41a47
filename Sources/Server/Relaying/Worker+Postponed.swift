// SPDX-License-Identifier: Apache-2.0
internal import TURN

/// A request over a stream that nobody can judge before the operator's database is read.
///
/// It is kept here and not refused, because a refusal is final for the clients that are about: libwebrtc gives up at the
/// first Allocate that is answered with 438.
struct PostponedRequest {
    let flow: Flow
    let message: [UInt8]
}

extension Worker {
    /// How many may wait; the streams that they came on are closed after ten seconds without an allocation, as all are.
    private static let postponedLimit = 1024

    /// Keeps a request until the next reload. A stream has one request waiting: what it sends again is the same one.
    func postpone(_ received: Received, of flow: Flow?) {
        // Safe: the bytes are copied while they lie where they came.
        guard let flow, let message = unsafe received.piece(0..<received.count) else { return }
        postponed.removeAll { $0.flow == flow || streams[$0.flow] == nil }
        guard postponed.count < Self.postponedLimit else { return }
        postponed.append(PostponedRequest(flow: flow, message: unsafe Array(message)))
    }

    /// Takes the requests again that have waited, of the streams that are still there.
    func takePostponed() {
        guard !postponed.isEmpty else { return }
        let waiting = postponed
        postponed = []
        for request in waiting where streams[request.flow] != nil { receive(request.message.span, on: request.flow) }
    }
}
