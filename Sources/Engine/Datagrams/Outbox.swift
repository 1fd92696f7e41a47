// SPDX-License-Identifier: Apache-2.0
internal import CLinux
internal import Glibc
package import Wire

/// Datagrams that wait to be sent from one socket in as few calls as the kernel allows; allocated once.
///
/// Neighbours of one size to one destination become one run, which the kernel cuts apart at the very end
/// (UDP_SEGMENT). The bytes stay where they are until ``flush()``.
@safe package final class Outbox {
    /// The socket to send from; set before the first ``add(header:payload:padding:to:from:)`` and not changed before a flush.
    package var socket: Int32 = -1
    /// Datagrams that the kernel did not take.
    package private(set) var lost: UInt64 = 0

    private let outbox: OpaquePointer
    private var run = Run()
    /// Runs of larger datagrams than this were refused: they do not fit the path's MTU, or the device cannot.
    private var largestSegment = Int.max

    /// The last message, as far as another datagram may join it.
    private struct Run {
        var destination: Endpoint?
        var source: IPAddress?
        var segment = 0
        var count = 0
        var bytes = 0
    }

    /// UDP_MAX_SEGMENTS of older kernels.
    private static let longestRun = 64
    private static let largestRun = 65_000

    package init(messages: Int = 64) {
        guard let outbox = unsafe linux_outbox_create(Int32(messages), Int32(messages * 3 + 3 * Self.longestRun)) else {
            preconditionFailure("there is memory for an outbox")
        }
        unsafe self.outbox = outbox
    }

    deinit {
        // Safe: created in `init` and given to nobody.
        unsafe linux_outbox_destroy(outbox)
    }

    package var isEmpty: Bool { unsafe linux_outbox_messages(outbox) == 0 }

    /// Bytes in some buffer: where they begin and how many.
    package typealias Piece = UnsafeBufferPointer<UInt8>

    /// Queues one datagram, made of `header` (which may be empty) and `payload`; flushes first when there is no room.
    ///
    /// - Parameters:
    ///   - padding: Zero bytes behind the payload, 0…3.
    ///   - source: The address to send from, where the socket is bound to a wildcard.
    package func add(
        header: Piece, payload: Piece, padding: Int = 0, to destination: Endpoint, from source: IPAddress?
    ) {
        precondition((0...3).contains(padding), "what is padded is padded to four bytes")
        let size = header.count + payload.count + padding
        if mayJoin(size, destination, source) {
            unsafe linux_outbox_make_run(outbox, UInt16(truncatingIfNeeded: run.segment))
            run.count += 1
            run.bytes += size
            // Only the last of a run may be smaller.
            if size < run.segment { run.destination = nil }
        } else {
            if unsafe linux_outbox_is_full(outbox) != 0 { flush() }
            begin(destination, source)
            run = Run(destination: destination, source: source, segment: size, count: 1, bytes: size)
            if size == 0 { run.destination = nil }
        }
        // Safe: the room for three pieces was seen to; whoever queues keeps the bytes where they are until the flush.
        if !header.isEmpty { unsafe linux_outbox_append(outbox, header.baseAddress, header.count) }
        unsafe linux_outbox_append(outbox, payload.baseAddress, payload.count)
        if padding > 0 { unsafe linux_outbox_append_zeros(outbox, padding) }
    }

    private func mayJoin(_ size: Int, _ destination: Endpoint, _ source: IPAddress?) -> Bool {
        guard size <= run.segment, size > 0, run.destination == destination, run.source == source,
            run.segment <= largestSegment, run.count < Self.longestRun, run.bytes + size <= Self.largestRun
        else { return false }
        return unsafe linux_outbox_has_no_pieces(outbox) == 0
    }

    private func begin(_ destination: Endpoint, _ source: IPAddress?) {
        var to = linux_address(destination)
        // Safe: both addresses are copied by the call.
        if let source {
            var from = linux_address(Endpoint(source, 0))
            unsafe linux_outbox_begin(outbox, &to, &from)
        } else {
            unsafe linux_outbox_begin(outbox, &to, nil)
        }
    }

    /// Sends everything. What the kernel does not take is counted and forgotten, as a network would.
    package func flush() {
        let count = unsafe linux_outbox_messages(outbox)
        var first: Int32 = 0
        var hasRetried = false
        while first < count {
            let result = unsafe linux_outbox_send(outbox, socket, first)
            if result > 0 {
                first += result
                hasRetried = false
            } else if !hasRetried, Self.mayBeOfAnEarlierDatagram(-result) {
                hasRetried = true
            } else {
                giveUp(first, because: -result)
                first += 1
                hasRetried = false
            }
        }
        unsafe linux_outbox_clear(outbox)
        run = Run()
    }

    /// An ICMP error for what was sent earlier, to anybody, is told once by the next send (ip(7), IP_RECVERR).
    private static func mayBeOfAnEarlierDatagram(_ code: Int32) -> Bool {
        switch code {
        case EAGAIN, EINVAL, EMSGSIZE, EIO, EOPNOTSUPP, ENOBUFS: false
        default: true
        }
    }

    /// Sends a refused run datagram by datagram and remembers not to make such runs; counts what is lost.
    private func giveUp(_ message: Int32, because code: Int32) {
        let segment = unsafe linux_outbox_segment(outbox, message)
        guard segment > 0 else {
            lost += 1
            return
        }
        switch code {
        case EINVAL, EMSGSIZE: largestSegment = min(largestSegment, Int(segment) - 1)
        case EIO, EOPNOTSUPP: largestSegment = 0
        default: break
        }
        lost += UInt64(max(0, unsafe linux_outbox_send_apart(outbox, socket, message)))
    }
}
