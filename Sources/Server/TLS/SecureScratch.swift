// SPDX-License-Identifier: Apache-2.0

/// The memory that the TLS sessions of one loop write into, lent to one call at a time.
final class SecureScratch {
    private static let size = 64 << 10

    private var plaintext: [UInt8] = []
    private var ciphertext: [UInt8] = []

    /// Lends the memory for what the peer says.
    func lendPlaintext<Result>(_ body: (inout [UInt8]) -> Result) -> Result { Self.lend(&plaintext, body) }

    /// Lends the memory for what goes to the peer.
    func lendCiphertext<Result>(_ body: (inout [UInt8]) -> Result) -> Result { Self.lend(&ciphertext, body) }

    private static func lend<Result>(_ memory: inout [UInt8], _ body: (inout [UInt8]) -> Result) -> Result {
        if memory.isEmpty { memory = [UInt8](repeating: 0, count: size) }
        return body(&memory)
    }
}
