// SPDX-License-Identifier: Apache-2.0

internal import CLinux

/// Somebody whom a loop tells that a descriptor is ready.
package protocol Source: AnyObject {
    /// Does what the descriptor is ready for.
    ///
    /// - Parameter token: The number that the descriptor was added with: a source may own many.
    func ready(_ events: Events, token: Int)
}

/// What a descriptor is ready for.
@frozen
package struct Events: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = Self(rawValue: UInt32(LINUX_READABLE))
    package static let writable = Self(rawValue: UInt32(LINUX_WRITABLE))
    /// The peer of a stream is not going to send more.
    package static let peerFinished = Self(rawValue: UInt32(LINUX_PEER_FINISHED))
    /// An error waits on the socket; told without being asked for.
    package static let failed = Self(rawValue: UInt32(LINUX_FAILED))
    /// Told once and then not again before what is waited for changes.
    package static let once = Self(rawValue: UInt32(LINUX_ONCE))
    /// Both directions of a stream are over; told without being asked for.
    package static let hungUp = Self(rawValue: UInt32(LINUX_HUNG_UP))
}
