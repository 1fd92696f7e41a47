// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
package import Wire

/// Accepts TCP connections at one address. A wildcard of both families is two listeners.
package final class Listener: Source {
    /// Where it listens: with the port that the kernel chose where zero was asked for.
    package let local: Endpoint

    private unowned let loop: Loop
    private var descriptor: Descriptor?
    private let accepted: (Stream) -> Void
    private var registration: Loop.Registration?
    private var retry: Timer?

    /// Listens at `endpoint` and gives `accepted` every new stream, which closes unless it is opened there. An address
    /// that the host does not have yet is listened at from the moment in which it gets it.
    ///
    /// - Parameter sharesPort: Several listeners of this user have the port; the kernel spreads the connections.
    package init(
        at endpoint: Endpoint, on loop: Loop, backlog: Int32 = 1024, sharesPort: Bool = false,
        accepted: @escaping (Stream) -> Void
    ) throws(BindFailure) {
        do {
            let descriptor = try Self.bound(to: endpoint, sharesPort: sharesPort)
            try Errno.check(linux_listen(descriptor.number, backlog))
            local = try Endpoint.local(of: descriptor.number)
            let number = descriptor.number
            self.descriptor = consume descriptor
            self.loop = loop
            self.accepted = accepted
            registration = try loop.add(self, descriptor: number, for: .readable)
        } catch {
            throw BindFailure(endpoint, .tcp, error)
        }
    }

    /// Finds out whether `endpoint` is free for somebody who shares it with nobody.
    ///
    /// - Returns: The endpoint, with the port that the kernel chose where zero was asked for.
    package static func probe(_ endpoint: Endpoint) throws(BindFailure) -> Endpoint {
        do {
            let descriptor = try bound(to: endpoint, sharesPort: false)
            try Errno.check(linux_listen(descriptor.number, 1))
            return try Endpoint.local(of: descriptor.number)
        } catch {
            throw BindFailure(endpoint, .tcp, error)
        }
    }

    /// A socket that listens at `endpoint` beside others of this user, for ``init(adopting:on:accepted:)``.
    package static func shared(at endpoint: Endpoint, backlog: Int32 = 1024) throws(BindFailure) -> Descriptor {
        do {
            let descriptor = try bound(to: endpoint, sharesPort: true)
            try Errno.check(linux_listen(descriptor.number, backlog))
            return descriptor
        } catch {
            throw BindFailure(endpoint, .tcp, error)
        }
    }

    /// A socket that listens at `endpoint`, for ``init(adopting:on:accepted:)``.
    ///
    /// Nobody has the port beside it, but for sockets of this user that gave it up to be shared, as this one does
    /// afterwards: whoever comes after this process can listen elsewhere at the port before this one is closed.
    package static func open(at endpoint: Endpoint, backlog: Int32 = 1024) throws(BindFailure) -> Descriptor {
        do throws(Errno) {
            let descriptor = try boundAlone(to: endpoint)
            try Errno.check(linux_listen(descriptor.number, backlog))
            return descriptor
        } catch {
            throw BindFailure(endpoint, .tcp, error)
        }
    }

    private static func boundAlone(to endpoint: Endpoint) throws(Errno) -> Descriptor {
        do throws(Errno) {
            let descriptor = try bound(to: endpoint, sharesPort: false)
            try Errno.check(linux_set_reuse_port(descriptor.number))
            return descriptor
        } catch {
            let isOurs = PortHolder.all(of: endpoint.port, .tcp).allSatisfy {
                $0.user == PortHolder.myself && $0.local != endpoint
            }
            guard error == .addressInUse, isOurs else { throw error }
            return try bound(to: endpoint, sharesPort: true)
        }
    }

    /// Listens where streams of this program connect from, too (``Stream/init(connectingTo:from:on:owner:)``).
    ///
    /// The port is bound for nobody else. Only then is it shared, because a socket that connects from it must be bound
    /// to it, beside one that listens.
    package init(
        connectingFrom endpoint: Endpoint, on loop: Loop, backlog: Int32 = 64, accepted: @escaping (Stream) -> Void
    ) throws(BindFailure) {
        do {
            let descriptor = try Self.bound(to: endpoint, sharesPort: false, mayComeLater: false)
            try Errno.check(linux_set_reuse_port(descriptor.number))
            try Errno.check(linux_listen(descriptor.number, backlog))
            local = try Endpoint.local(of: descriptor.number)
            let number = descriptor.number
            self.descriptor = consume descriptor
            self.loop = loop
            self.accepted = accepted
            registration = try loop.add(self, descriptor: number, for: .readable)
        } catch {
            throw BindFailure(endpoint, .tcp, error)
        }
    }

    private static func bound(
        to endpoint: Endpoint, sharesPort: Bool, mayComeLater: Bool = true
    ) throws(Errno) -> Descriptor {
        let v6 = endpoint.address.family == .v6
        let descriptor = try Descriptor(checking: linux_socket_tcp(v6 ? 1 : 0))
        if v6 { try Errno.check(linux_set_v6_only(descriptor.number)) }
        // A restart must not wait for the old connections' TIME_WAIT.
        try Errno.check(linux_set_reuse_address(descriptor.number))
        if sharesPort { try Errno.check(linux_set_reuse_port(descriptor.number)) }
        try DatagramSocket.bind(descriptor.number, to: endpoint, mayComeLater: mayComeLater)
        return descriptor
    }

    /// Goes on with a listening socket that somebody else bound: systemd, or the process before this one.
    package init(
        adopting descriptor: consuming Descriptor, on loop: Loop, accepted: @escaping (Stream) -> Void
    ) throws(Errno) {
        local = try Endpoint.local(of: descriptor.number)
        let number = descriptor.number
        self.descriptor = consume descriptor
        self.loop = loop
        self.accepted = accepted
        registration = try loop.add(self, descriptor: number, for: .readable)
    }

    /// The open socket, to be kept beside the listener; nil when it is closed.
    package var socket: Int32? { descriptor?.number }

    /// Another descriptor for the socket, to be kept beside this; nil when it is closed.
    package func duplicate() throws(Errno) -> Descriptor? { try descriptor?.duplicate() }

    /// Accepts no more and frees the port; who waits to be accepted is reset.
    package func close() {
        if let registration { loop.remove(registration) }
        registration = nil
        descriptor = nil
        retry?.arm(at: nil)
    }

    package func ready(_ events: Events, token: Int) {
        // A bounded number a turn, so that a flood of connections starves nobody.
        for _ in 0..<64 {
            // The listener may be closed by whom the last stream was given to.
            guard let number = descriptor?.number else { return }
            var from = linux_address()
            // Safe: the union is as long as the length that the call is given.
            let result = unsafe linux_accept(number, &from)
            guard result < 0 else {
                accept(Descriptor(owning: result), from: from.endpoint)
                continue
            }
            switch -result {
            case EAGAIN: return
            // The caller gave up before it was answered, or its network did (accept(2)).
            case EINTR, ECONNABORTED, EPROTO, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EOPNOTSUPP: continue
            default: return pause()
            }
        }
    }

    private func accept(_ descriptor: consuming Descriptor, from peer: Endpoint?) {
        guard let peer, let local = try? Endpoint.local(of: descriptor.number) else { return }
        accepted(Stream(adopting: descriptor, local: local, peer: peer, on: loop))
    }

    /// Out of descriptors or memory: the connection would be told of again and again. It waits a little.
    private func pause() {
        guard let registration else { return }
        loop.change(registration, for: [])
        let retry =
            retry
            ?? Timer(on: loop) { [weak self] in
                guard let self, let registration = self.registration else { return }
                self.loop.change(registration, for: .readable)
            }
        self.retry = retry
        retry.arm(at: loop.now.instant + .milliseconds(100))
    }
}
