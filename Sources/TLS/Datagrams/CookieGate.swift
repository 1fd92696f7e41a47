// SPDX-License-Identifier: Apache-2.0

internal import Crypto
package import Wire

/// Lets a DTLS client in once it has shown that it receives at its address (RFC 6347 §4.2.1).
///
/// It keeps nothing about anybody: the cookie is an HMAC over address, port, time and the client's random. Its answer is
/// smaller than any ClientHello, and than any first fragment that holds so much, so it amplifies nothing. The other
/// fragments of a first flight are not looked at.
package struct CookieGate: Sendable {
    package enum Verdict: Hashable, Sendable {
        /// No ClientHello: to be dropped unless the address has an association.
        case passed
        /// So many bytes of HelloVerifyRequest were written and are to be sent back.
        case challenged(Int)
        /// The cookie is ours: the datagram may begin a handshake.
        case admitted(ClientHello.Random)
        /// The cookie is ours, and the datagram begins with the first fragment: it may begin a ``HelloAssembly``.
        case begun(ClientHello.Random)
    }

    /// Bytes of a HelloVerifyRequest: record and handshake headers, version, length, cookie.
    package static let answerSize = Record.headerSize + 12 + 3 + cookieSize
    private typealias Cookie = [16 of UInt8]
    private static let cookieSize = 16
    /// A cookie is good for this long at least, and twice as long at most.
    package static let lifetime: Duration = .seconds(30)

    private let secret: [UInt8]

    /// - Parameter secret: 32 random bytes, the same for all workers.
    package init(secret: [UInt8]) {
        precondition(secret.count == 32, "a cookie gate's secret has 32 bytes")
        self.secret = secret
    }

    /// Whether a datagram may be a ClientHello, as its first byte tells.
    package static func concerns(_ datagram: Span<UInt8>) -> Bool {
        datagram.count > 0 && datagram[0] == Record.handshake
    }

    /// - Parameter answer: Where the answer is written: ``answerSize`` bytes of room.
    package func judge(
        _ datagram: Span<UInt8>, from client: Endpoint, now: Instant, answer: inout MutableSpan<UInt8>
    ) -> Verdict {
        guard let hello = ClientHello(parsing: datagram) else { return .passed }
        let period = now.nanoseconds / UInt64(Self.lifetime.wholeNanoseconds)
        let current = cookie(for: hello, from: client, in: period)
        let shown = datagram.extracting(hello.cookie)
        let admitted: Verdict = hello.isWhole ? .admitted(hello.random) : .begun(hello.random)
        if ConstantTime.equal(shown, current.span) { return admitted }
        if period > 0, ConstantTime.equal(shown, cookie(for: hello, from: client, in: period - 1).span) {
            return admitted
        }
        return .challenged(challenge(hello, cookie: current, into: &answer))
    }

    private func cookie(for hello: ClientHello, from client: Endpoint, in period: UInt64) -> Cookie {
        var hmac = HMAC(.sha256, key: secret.span)
        var head = [27 of UInt8](repeating: 0)
        var bytes = head.mutableSpan
        switch client.address {
        case .v4(let bits): bytes.store(bits, at: 1)
        case .v6(let bits):
            bytes.store(UInt8(1), at: 0)
            bytes.store(bits, at: 1)
        }
        bytes.store(client.port, at: 17)
        bytes.store(period, at: 19)
        hmac.update(bytes.span)
        var random = [32 of UInt8](repeating: 0)
        var randomBytes = random.mutableSpan
        randomBytes.store(hello.random.high, at: 0)
        randomBytes.store(hello.random.low, at: 16)
        hmac.update(randomBytes.span)
        let digest = hmac.finish().bytes
        return Cookie { digest[$0] }
    }

    /// Writes the HelloVerifyRequest, with the record sequence of the ClientHello and DTLS 1.0's version, as §4.2.1 wants.
    private func challenge(
        _ hello: ClientHello, cookie: Cookie, into answer: inout MutableSpan<UInt8>
    ) -> Int {
        guard answer.count >= Self.answerSize else { return 0 }
        let body = 3 + Self.cookieSize
        answer.store(Record.handshake, at: 0)
        answer.store(UInt16(0xFEFF), at: 1)
        answer.store(hello.recordSequence, at: 3)
        answer.store(UInt16(12 + body), at: 11)
        // hello_verify_request(3) and its length, message_seq 0, fragment_offset 0, fragment_length.
        answer.store(UInt32(3 << 24 | body), at: 13)
        answer.store(UInt64(body), at: 17)
        answer.store(UInt16(0xFEFF), at: 25)
        answer.store(UInt8(Self.cookieSize), at: 27)
        for index in cookie.indices { answer[28 + index] = cookie[index] }
        return Self.answerSize
    }
}
