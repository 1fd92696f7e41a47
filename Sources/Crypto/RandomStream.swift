// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// An endless stream of random bytes that one secret seed determines: ChaCha20's key stream.
///
/// A core module never draws a random number. It is given one of these: seeded by the kernel in the server, by the
/// test's number in a simulation.
package struct RandomStream: ~Copyable {
    private let seed: [UInt8]
    private var block: UInt64 = 0
    private var bytes: [UInt8] = []
    private var used = 0

    private static let refill = 1024

    /// - Parameter seed: 32 bytes, secret and never used twice outside tests.
    package init(seed: [UInt8]) {
        precondition(seed.count == 32, "a random stream is seeded with 32 bytes")
        self.seed = seed
    }

    /// The stream that a test's number stands for.
    package init(testSeed: UInt64) {
        self.init(seed: (0..<32).map { UInt8(truncatingIfNeeded: testSeed >> (UInt64($0) % 8 * 8)) })
    }

    package mutating func next() -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<8 { value = value << 8 | UInt64(nextByte()) }
        return value
    }

    /// A number in `0..<bound`, every one equally likely; zero when the bound is zero.
    package mutating func below(_ bound: UInt64) -> UInt64 {
        guard bound > 1 else { return 0 }
        // Numbers past the last whole multiple of the bound are drawn again.
        let limit = UInt64.max - UInt64.max % bound
        while true {
            let value = next()
            if value < limit { return value % bound }
        }
    }

    package mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in nextByte() } }

    private mutating func nextByte() -> UInt8 {
        if used == bytes.count { fill() }
        defer { used += 1 }
        return bytes[used]
    }

    private mutating func fill() {
        // The first four bytes of OpenSSL's ChaCha20 vector are the block counter, the rest the nonce.
        var vector = [UInt8](repeating: 0, count: 16)
        for index in 0..<8 { vector[8 + index] = UInt8(truncatingIfNeeded: block >> UInt64(index * 8)) }
        block += 1
        used = 0
        bytes = [UInt8](repeating: 0, count: Self.refill)
        let zeros = bytes
        var written: Int32 = 0
        // Safe: the context lives in this scope only; the output has as many bytes as the input.
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let done =
            unsafe EVP_EncryptInit_ex(context, EVP_chacha20(), nil, seed, vector) == 1
            && EVP_EncryptUpdate(context, &bytes, &written, zeros, Int32(zeros.count)) == 1
        precondition(done && Int(written) == bytes.count, "libcrypto has ChaCha20")
    }
}
