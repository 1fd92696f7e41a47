// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A client of a Unix socket that waits for its answers: what a verb on the command line is.
package struct LocalConversation: ~Copyable {
    private let descriptor: Descriptor
    private var unread: [UInt8] = []

    /// Connects to the server at `path`.
    package init(with path: String) throws(Errno) {
        let descriptor = try Descriptor(checking: linux_local_socket())
        // Safe: the path lives through the call.
        try Errno.check(unsafe linux_local_connect(descriptor.number, path))
        self.descriptor = descriptor
    }

    /// Sends a line.
    package func send(_ line: [UInt8]) throws(Errno) {
        var rest = (line + [0x0A])[...]
        while !rest.isEmpty {
            // Safe: the slice lives through the call and has as many bytes as are named.
            let sent = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor.number, bytes.baseAddress, bytes.count)
            }
            if sent > 0 {
                rest = rest.dropFirst(sent)
            } else {
                try wait(for: POLLOUT)
            }
        }
    }

    /// The next line, without its end; nil when the server has closed.
    package mutating func line() throws(Errno) -> [UInt8]? {
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                defer { unread.removeSubrange(...end) }
                return Array(unread[..<end])
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            // Safe: the buffer has as many bytes as are named.
            let count = unsafe Glibc.read(descriptor.number, &buffer, buffer.count)
            if count == 0 { return nil }
            if count > 0 { unread += buffer[..<count] } else { try wait(for: POLLIN) }
        }
    }

    private func wait(for events: Int32) throws(Errno) {
        guard errno == EAGAIN || errno == EINTR else { throw Errno(code: errno) }
        var poll = pollfd(fd: descriptor.number, events: Int16(events), revents: 0)
        // Safe: one structure, and its count is one.
        _ = unsafe Glibc.poll(&poll, 1, -1)
    }
}
