// SPDX-License-Identifier: Apache-2.0
import Glibc
import Wire

/// A TCP connection to the server under test, with nothing between the test and the bytes.
final class RawClient {
    private let descriptor: Int32
    private var received: [UInt8] = []
    private(set) var isAtEnd = false

    init(_ endpoint: Endpoint) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard case .v4(let bits) = endpoint.address else { throw Failure.notIPv4 }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        address.sin_addr.s_addr = bits.bigEndian
        // A test waits ten seconds for an answer, not for ever.
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        // Safe: the structure lives through the call and has the length that is named.
        let result = unsafe withUnsafeBytes(of: &address) {
            unsafe connect(
                descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
        }
        guard result == 0 else { throw Failure.refused(errno) }
    }

    enum Failure: Error { case notIPv4, refused(Int32), ended(received: String), timedOut(received: String) }

    deinit { close(descriptor) }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Safe: the slice lives through the call and has as many bytes as are named.
            let sent = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    /// Says that no more is coming.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The next `count` bytes.
    func read(_ count: Int) throws -> [UInt8] {
        while received.count < count { try fill() }
        defer { received.removeFirst(count) }
        return Array(received[..<count])
    }

    /// Everything up to and including `mark`.
    func read(through mark: String) throws -> String {
        let mark = Array(mark.utf8)
        while true {
            if received.count >= mark.count {
                for start in 0...(received.count - mark.count) where Array(received[start..<start + mark.count]) == mark
                {
                    return String(decoding: try read(start + mark.count), as: UTF8.self)
                }
            }
            try fill()
        }
    }

    /// Whatever comes next; empty at the end.
    func readSome() throws -> [UInt8] {
        if received.isEmpty {
            do { try fill() } catch Failure.ended { return [] }
        }
        defer { received = [] }
        return received
    }

    /// Everything until the server closes.
    func readToEnd() throws -> String {
        while !isAtEnd {
            do { try fill() } catch Failure.ended {}
        }
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    private func fill() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // Safe: the call writes no further than the array is long.
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        guard count != 0 else {
            isAtEnd = true
            throw Failure.ended(received: String(decoding: received, as: UTF8.self))
        }
        guard count > 0 else {
            if errno == ECONNRESET {
                isAtEnd = true; throw Failure.ended(received: String(decoding: received, as: UTF8.self))
            }
            throw Failure.timedOut(received: String(decoding: received, as: UTF8.self))
        }
        received += buffer[..<count]
    }
}
