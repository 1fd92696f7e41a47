// SPDX-License-Identifier: Apache-2.0
package import Wire

/// What arrived at once from one sender: a datagram, or several of one size that the kernel merged.
///
/// The bytes lie in a buffer of the engine's and are good until that buffer is used again: for an ``Inbox`` the next
/// receive, for an ``Arena`` its next reset. In front of them are at least ``headroom`` bytes that may be overwritten.
@frozen
@safe package struct Parcel {
    /// Free bytes in front: for a ChannelData header or a Data indication of up to this size.
    package static let headroom = 64

    package let start: UnsafeMutablePointer<UInt8>
    /// All bytes together; may be zero.
    package let count: Int
    /// The size of every datagram but the last, which may be smaller.
    package let segment: Int
    package let sender: Endpoint
    /// The address that was asked, where the socket listens at a wildcard.
    package let asked: IPAddress?
}
