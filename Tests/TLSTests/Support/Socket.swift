// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A socket on the loopback that waits at most ten seconds for anything.
final class Socket: Sendable {
    let number: Int32
    let port: UInt16

    /// A socket bound to a free port; a stream listens on it.
    init(bound type: __socket_type) throws {
        number = socket(AF_INET, Int32(type.rawValue), 0)
        let port = try Socket.bind(number)
        self.port = port
        if type == SOCK_STREAM, listen(number, 16) != 0 { throw Refused(code: errno) }
        limitWaiting()
    }

    /// A stream to a port of this machine.
    init(connectingTo port: UInt16) throws {
        number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.port = port
        var address = Socket.address(port)
        let status = unsafe withUnsafeBytes(of: &address) {
            unsafe connect(number, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
        }
        if status != 0 { throw Refused(code: errno) }
        limitWaiting()
    }

    private init(number: Int32) {
        self.number = number
        port = 0
        limitWaiting()
    }

    deinit { close(number) }

    struct Refused: Error { let code: Int32 }

    func accept() throws -> Socket {
        let accepted = Glibc.accept(number, nil, nil)
        if accepted < 0 { throw Refused(code: errno) }
        return Socket(number: accepted)
    }

    /// The next bytes; empty at the end, and when ten seconds have passed.
    func read() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe Glibc.read(number, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe Array(rest).withUnsafeBytes {
                unsafe Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    /// The next datagram and the port of this machine that it came from; empty when ten seconds have passed.
    func receive() -> (datagram: [UInt8], from: UInt16) {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = unsafe withUnsafeMutableBytes(of: &address) { place in
            let pointer = unsafe place.assumingMemoryBound(to: sockaddr.self).baseAddress
            return unsafe recvfrom(number, &bytes, bytes.count, 0, pointer, &length)
        }
        return (Array(bytes.prefix(max(0, count))), UInt16(bigEndian: address.sin_port))
    }

    func send(_ datagram: [UInt8], to port: UInt16) {
        var address = Socket.address(port)
        _ = unsafe withUnsafeBytes(of: &address) { place in
            let pointer = unsafe place.assumingMemoryBound(to: sockaddr.self).baseAddress
            return unsafe sendto(number, datagram, datagram.count, 0, pointer, socklen_t(place.count))
        }
    }

    private func limitWaiting() {
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func bind(_ number: Int32) throws -> UInt16 {
        var address = Socket.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = unsafe bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            return unsafe Glibc.bind(number, pointer, length) == 0 && getsockname(number, pointer, &length) == 0
        }
        if !status { throw Refused(code: errno) }
        return UInt16(bigEndian: address.sin_port)
    }
}
