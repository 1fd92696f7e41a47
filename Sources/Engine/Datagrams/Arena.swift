// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Memory for what many quiet sockets receive in one turn, packed one behind the other.
///
/// A datagram of 160 bytes takes 256 here instead of a buffer of 64 KiB: the caches hold a whole turn.
@safe package final class Arena {
    private let memory: UnsafeMutablePointer<UInt8>
    private var cursor = 0

    private static let size = 512 << 10
    private static let largestParcel = 65_535
    /// What is written in front of the datagrams of one parcel, each at a cache line of its own: while some wait to be
    /// sent, no reset may come between.
    private static let headers = 64 * 64

    package init() {
        unsafe memory = .allocate(capacity: Self.size)
        // Safe: the memory was allocated with this many elements.
        unsafe memory.initialize(repeating: 0, count: Self.size)
    }

    deinit {
        // Safe: allocated in `init`, trivial elements, given to nobody past the next reset.
        unsafe memory.deallocate()
    }

    /// Whether the largest parcel fits; when not, what was received is to be sent and the arena reset.
    package var hasRoom: Bool { cursor <= Self.size - Self.largestParcel - Parcel.headroom - Self.headers }

    /// Makes the whole arena free again; nothing that was received into it may be used from now on.
    package func reset() { cursor = 0 }

    /// Receives one parcel; nil when none waits. The arena must have room.
    package func receive(from socket: Int32) -> Parcel? {
        precondition(hasRoom, "an arena is reset before it is full")
        let start = cursor + Parcel.headroom
        var datagram = unsafe linux_datagram()
        // An error of an earlier send may come out here instead; with that it is out, and the next try tells.
        for _ in 0..<2 {
            // Safe: `hasRoom` proved that the largest parcel ends within the memory.
            let result = unsafe linux_receive(socket, memory + start, Self.largestParcel, &datagram)
            if result == 0 {
                take(through: start + Int(unsafe datagram.count))
                return unsafe Parcel(datagram)
            }
            if Errno(code: -result) == .wouldBlock { return nil }
        }
        return nil
    }

    /// `count` bytes to write to, which stay until the reset; nil when there is no room for them.
    package func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
        let start = cursor
        guard count >= 0, count <= Self.size - start else { return nil }
        take(through: start + count)
        // Safe: the guard proved that all the bytes lie within the memory.
        return unsafe memory + start
    }

    /// The next parcel begins at a cache line of its own.
    private func take(through end: Int) { cursor = (end + 63) & ~63 }
}
