// SPDX-License-Identifier: Apache-2.0
internal import CLinux
package import Wire

/// A bound UDP socket.
package struct DatagramSocket: ~Copyable, Sendable {
    package let descriptor: Descriptor
    /// Where it is bound: with the port that the kernel chose where zero was asked for.
    package let local: Endpoint
    /// Bytes of receive buffer that the kernel granted.
    package let receiveBuffer: Int

    /// What a socket is to do besides carrying datagrams.
    package struct Options: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Several sockets of this user share the port; the kernel spreads the senders among them (SO_REUSEPORT).
        package static let sharesPort = Self(rawValue: 1)
        /// Datagrams of one sender and size may arrive merged (UDP_GRO), where the kernel can.
        package static let merges = Self(rawValue: 2)
        /// Tells how many datagrams were dropped for want of buffer (SO_RXQ_OVFL).
        package static let tellsDrops = Self(rawValue: 4)
        /// ICMP errors are queued at the socket, for ``queuedErrors(of:_:)`` (IP_RECVERR).
        package static let queuesErrors = Self(rawValue: 8)
        /// The host may get the address later: packets to it arrive from then on.
        package static let mayComeLater = Self(rawValue: 16)
    }

    /// Binds a socket to `endpoint`. A wildcard socket tells with each parcel which address was asked.
    ///
    /// - Parameter receiveBuffer: Bytes to ask the kernel for; nil for its default.
    package init(
        at endpoint: Endpoint, options: Options = [], receiveBuffer: Int? = nil, sendBuffer: Int? = nil
    ) throws(Errno) {
        let descriptor = try Descriptor(checking: linux_socket_udp(endpoint.address.family == .v6 ? 1 : 0))
        let granted = try Self.prepare(descriptor.number, for: endpoint, options, receiveBuffer)
        if let sendBuffer { try Errno.check(linux_set_send_buffer(descriptor.number, Int32(clamping: sendBuffer))) }
        try Self.bind(descriptor.number, to: endpoint, mayComeLater: options.contains(.mayComeLater))
        let local = try Endpoint.local(of: descriptor.number)
        self.local = local
        self.receiveBuffer = granted
        self.descriptor = descriptor
    }

    /// Goes on with a socket that another process bound.
    package init(
        adopting descriptor: consuming Descriptor, options: Options = [], receiveBuffer: Int? = nil
    ) throws(Errno) {
        let local = try Endpoint.local(of: descriptor.number)
        let v6: Int32 = local.address.family == .v6 ? 1 : 0
        // As that process had set them, unless it was an older program.
        if options.contains(.tellsDrops) { try Errno.check(linux_set_tells_drops(descriptor.number)) }
        if options.contains(.queuesErrors) { try Errno.check(linux_set_queues_errors(descriptor.number, v6)) }
        if options.contains(.merges) { _ = linux_set_merges(descriptor.number) }
        let granted =
            receiveBuffer == nil
            ? linux_receive_buffer(descriptor.number)
            : linux_set_receive_buffer(descriptor.number, Int32(clamping: receiveBuffer ?? 0))
        self.receiveBuffer = Int(try Errno.check(granted))
        self.local = local
        self.descriptor = descriptor
    }

    /// Sets what must be set before the socket is bound; the size of the receive buffer that was granted.
    private static func prepare(
        _ number: Int32, for endpoint: Endpoint, _ options: Options, _ receiveBuffer: Int?
    ) throws(Errno) -> Int {
        let v6: Int32 = endpoint.address.family == .v6 ? 1 : 0
        if v6 == 1 { try Errno.check(linux_set_v6_only(number)) }
        if options.contains(.sharesPort) { try Errno.check(linux_set_reuse_port(number)) }
        if endpoint.address.isUnspecified { try Errno.check(linux_set_tells_asked_address(number, v6)) }
        if options.contains(.tellsDrops) { try Errno.check(linux_set_tells_drops(number)) }
        if options.contains(.queuesErrors) { try Errno.check(linux_set_queues_errors(number, v6)) }
        // Older kernels cannot merge; datagrams then arrive as they were sent.
        if options.contains(.merges) { _ = linux_set_merges(number) }
        setFragments(number, endpoint.address.family, true)
        guard let receiveBuffer else { return Int(try Errno.check(linux_receive_buffer(number))) }
        return Int(try Errno.check(linux_set_receive_buffer(number, Int32(clamping: receiveBuffer))))
    }

    /// Binds a socket of either kind, to an address that the host has or, where it may come later, does not have yet.
    static func bind(_ number: Int32, to endpoint: Endpoint, mayComeLater: Bool) throws(Errno) {
        var address = linux_address(endpoint)
        // Safe: the address lives through the call.
        let result = unsafe linux_bind(number, &address)
        guard mayComeLater, result < 0, Errno(code: -result) == .addressNotAvailable else {
            try Errno.check(result)
            return
        }
        try Errno.check(linux_set_free_bind(number, endpoint.address.family == .v6 ? 1 : 0))
        // Safe: as above.
        try Errno.check(unsafe linux_bind(number, &address))
    }

    /// Gives the open descriptor away; the caller closes it.
    package consuming func release() -> Int32 { descriptor.release() }

    /// Lets the datagrams that a socket sends from now on be fragmented on their way, or not (RFC 8656 §14 to §16).
    package static func setFragments(_ socket: Int32, _ family: IPAddress.Family, _ allowed: Bool) {
        // Where it cannot be set, datagrams leave as they would have.
        _ = linux_set_fragments(socket, family == .v6 ? 1 : 0, allowed ? 1 : 0)
    }
}
