// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
internal import Wire

/// Accepts connections at a Unix socket: of root, of this process's own user, and of its group.
package final class LocalListener: Source {
    package let path: String

    private unowned let loop: Loop
    private let descriptor: Descriptor
    private let accepted: (Stream) -> Void

    /// Binds `path`, in place of a socket there that nobody listens at any more.
    ///
    /// - Parameter accepted: Given every new stream, which closes unless it is opened there.
    package init(at path: String, on loop: Loop, accepted: @escaping (Stream) -> Void) throws(Errno) {
        let descriptor = try Descriptor(checking: linux_local_socket())
        try Self.clear(path)
        // Safe: the path lives through the call.
        try Errno.check(unsafe linux_local_bind(descriptor.number, path))
        try Errno.check(linux_listen(descriptor.number, 64))
        let number = descriptor.number
        (self.path, self.loop, self.accepted) = (path, loop, accepted)
        self.descriptor = consume descriptor
        try loop.add(self, descriptor: number, for: .readable)
    }

    /// Removes the socket's name, so that whoever looks for the server finds that it is gone.
    package func close() {
        // Safe: the path lives through the call.
        _ = unsafe unlink(path)
    }

    package func ready(_ events: Events, token: Int) {
        for _ in 0..<64 {
            let result = linux_local_accept(descriptor.number)
            guard result >= 0 else { return }
            let accepted = Descriptor(owning: result)
            guard linux_local_peer_is_trusted(result) == 1 else { continue }
            let nowhere = Endpoint(.anyV4, 0)
            self.accepted(Stream(adopting: accepted, local: nowhere, peer: nowhere, on: loop))
        }
    }

    /// Removes a socket that its server has left behind; one that answers is somebody else's.
    private static func clear(_ path: String) throws(Errno) {
        let probe = try Descriptor(checking: linux_local_socket())
        // Safe: the path lives through the calls.
        let result = unsafe linux_local_connect(probe.number, path)
        if result == 0 { throw Errno.addressInUse }
        if result == -ECONNREFUSED { _ = unsafe unlink(path) }
    }
}
