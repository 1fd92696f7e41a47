// SPDX-License-Identifier: Apache-2.0
internal import CLinux
internal import Wire

/// Buffers in which the datagrams of a busy socket arrive many at a time; allocated once.
@safe package final class Inbox {
    private let inbox: OpaquePointer
    /// Datagrams that the kernel dropped since the socket was opened, as the parcels that were received last tell; nil
    /// when none does.
    package private(set) var drops: UInt32?

    /// The most parcels that arrive at once.
    package static let capacity = 32
    /// The largest UDP datagram, and what merged ones may grow to.
    private static let size = 65_535

    package init() {
        guard let inbox = unsafe linux_inbox_create(Int32(Self.capacity), Parcel.headroom, Self.size) else {
            preconditionFailure("there is memory for an inbox")
        }
        unsafe self.inbox = inbox
    }

    deinit {
        // Safe: created in `init` and given to nobody.
        unsafe linux_inbox_destroy(inbox)
    }

    /// Receives what waits at the socket, up to 32 parcels; zero when nothing does.
    package func receive(from socket: Int32) -> Int {
        // An error of an earlier send may come out here instead; with that it is out, and the next try tells.
        for _ in 0..<2 {
            let count = unsafe linux_inbox_receive(inbox, socket)
            if count > 0 { drops = nil }
            if count >= 0 { return Int(count) }
            if Errno(code: -count) == .wouldBlock { return 0 }
        }
        return 0
    }

    /// One of the parcels of the last ``receive(from:)``; nil when it was cut short or its sender is no IP endpoint.
    package func parcel(_ index: Int) -> Parcel? {
        precondition(index >= 0 && index < Self.capacity, "a parcel is one of those that were received")
        // Safe: the index lies in the array, whose every element is initialised.
        let datagram = unsafe (linux_inbox_datagrams(inbox) + index).pointee
        if unsafe datagram.tells_drops != 0 { unsafe drops = datagram.drops }
        return unsafe Parcel(datagram)
    }
}

extension Parcel {
    init?(_ datagram: linux_datagram) {
        unsafe start = datagram.bytes
        count = Int(unsafe datagram.count)
        segment = Int(unsafe datagram.segment)
        guard unsafe datagram.is_truncated == 0, let sender = unsafe datagram.from.endpoint else { return nil }
        self.sender = sender
        asked = unsafe datagram.asked.endpoint?.address
    }
}
