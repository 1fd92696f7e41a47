// SPDX-License-Identifier: Apache-2.0
import Crypto
import TURN
import Testing
import Wire

@Suite("Access token (RFC 7635)")
struct AccessTokenTests {
    static let server = [UInt8]("turn.example.org".utf8)
    static let issued = UnixTime(seconds: 1_790_000_100)

    /// Sealed by coturn's turnutils_oauth with a lifetime of an hour.
    static let tokens: [(AEAD, String)] = [
        (
            .aes256GCM,
            "AAxub25jZS0xMmJ5dGU5vBplCKJtcRUTdTZuCeGIZJUOwFNqD9WhNG/Zn7hMngI5jvMOM9dH5xHo/aJcylfLTP5Ou2OjdEVlDm/sLg=="
        ),
        (
            .aes128GCM,
            "AAxub25jZS0xMmJ5dGVFR6MqeqUU2ELiW8cGjLZfiFNsyJq3DNfI+VeTprl4aF5b0+ySauST43fheJ/AcCXZ1kSrQgaCr3y0eMWOWw=="
        ),
    ]

    static func key(_ algorithm: AEAD, secret: String = "abcdefghijklmnopqrstuvwxyz012345") throws -> TokenKey {
        try #require(
            TokenKey(
                identifier: "kid1", algorithm: algorithm, key: [UInt8](secret.utf8),
                validity: UnixTime(seconds: 1_790_000_000)..<UnixTime(seconds: 1_790_864_000)))
    }

    @Test("opens what coturn's tool sealed", arguments: tokens)
    func opens(algorithm: AEAD, text: String) throws {
        let value = try #require(Base64.decode(text))
        let token = try #require(
            try? AccessToken(
                opening: value, with: Self.key(algorithm), server: Self.server, now: Self.issued + .seconds(60)))
        #expect(token.macKey.array == [UInt8]("mac-key-mac-key-mac-key-mac-key-".utf8))
        #expect(token.expires == Self.issued + .seconds(3605))
    }

    static let times: [(Int64, AccessToken.Problem)] = [
        (3606, .expired(.seconds(6))), (-6, .ahead(.seconds(6))), (900_000, .keyOutOfTime),
    ]

    @Test("opens nothing out of its time, for another server or with another key", arguments: tokens)
    func refuses(algorithm: AEAD, text: String) throws {
        let value = try #require(Base64.decode(text))
        let key = try Self.key(algorithm)
        for (late, problem) in Self.times {
            #expect(throws: problem) {
                try AccessToken(opening: value, with: key, server: Self.server, now: Self.issued + .seconds(late))
            }
        }
        let now = Self.issued + .seconds(60)
        let other = try Self.key(algorithm, secret: "abcdefghijklmnoqqrstuvwxyz012345")
        for (key, server) in [(key, "turn.example.com"), (other, "turn.example.org")] {
            #expect(throws: AccessToken.Problem.notAuthentic) {
                try AccessToken(opening: value, with: key, server: [UInt8](server.utf8), now: now)
            }
        }
    }

    @Test("opens nothing that is cut or lies about its nonce", arguments: tokens)
    func malformed(algorithm: AEAD, text: String) throws {
        let value = try #require(Base64.decode(text))
        let key = try Self.key(algorithm)
        let now = Self.issued + .seconds(60)
        for count in value.indices {
            #expect(throws: AccessToken.Problem.self) {
                try AccessToken(opening: Array(value.prefix(count)), with: key, server: Self.server, now: now)
            }
        }
        let lying = [0xFF, 0xFF] + value.dropFirst(2)
        #expect(throws: AccessToken.Problem.malformed) {
            try AccessToken(opening: Array(lying), with: key, server: Self.server, now: now)
        }
    }
}
