// SPDX-License-Identifier: Apache-2.0

/// Bytes in the order in which they are to be sent.
struct SendQueue {
    private var bytes: [UInt8] = []
    private var start = 0

    var count: Int { bytes.count - start }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ more: Span<UInt8>) {
        // What has gone out is thrown away once it is most of the array: each byte moves once on average.
        if start > bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.reserveCapacity(bytes.count + more.count)
        for index in more.indices { bytes.append(more[index]) }
    }

    /// The bytes that are next, all in one piece.
    func withFirst<Result>(_ body: (Span<UInt8>) -> Result) -> Result { body(bytes.span.extracting(start...)) }

    /// Forgets the first `count` bytes: they are sent. An empty queue gives its memory back.
    mutating func drop(_ count: Int) {
        start += count
        if start >= bytes.count { self = SendQueue() }
    }
}
