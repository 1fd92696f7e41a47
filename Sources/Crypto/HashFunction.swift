// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// The hash functions that STUN, TURN and WebSocket name.
package enum HashFunction: Hashable, Sendable {
    case md5, sha1, sha256

    /// Bytes in a digest.
    package var digestSize: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// The digest of `bytes`.
    package func digest(_ bytes: Span<UInt8>) -> Digest {
        var hashing = Hashing(self)
        hashing.update(bytes)
        return hashing.finish()
    }

    /// The digest of `bytes`.
    package func digest(_ bytes: [UInt8]) -> Digest { digest(bytes.span) }
}

/// A digest being taken of bytes that come in parts.
@safe package struct Hashing: ~Copyable {
    private let context: OpaquePointer
    private let function: HashFunction

    package init(_ function: HashFunction) {
        // Safe: the context is this value's alone and freed in `deinit`.
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("memory for a digest") }
        unsafe self.context = context
        self.function = function
        restart()
    }

    deinit {
        // Safe: nobody else has the context.
        unsafe EVP_MD_CTX_free(context)
    }

    /// Adds `bytes` behind those already given.
    package mutating func update(_ bytes: Span<UInt8>) {
        // Safe: the pointer and count are those of one live span.
        unsafe bytes.withUnsafeBufferPointer { buffer in
            _ = unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
        }
    }

    /// The digest of all that was given; the value then begins afresh.
    package mutating func finish() -> Digest {
        var digest = Digest(zeros: function.digestSize)
        var bytes = digest.bytes.mutableSpan
        // Safe: 32 bytes are room for the largest of the three digests.
        unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            _ = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
        }
        restart()
        return digest
    }

    private func restart() {
        // Safe: the algorithm is fetched once and never freed.
        let done = unsafe EVP_DigestInit_ex2(context, Self.algorithm(function), nil)
        precondition(done == 1, "libcrypto has MD5, SHA-1 and SHA-256")
    }

    private static func algorithm(_ function: HashFunction) -> OpaquePointer? {
        switch function {
        case .md5: unsafe md5
        case .sha1: unsafe sha1
        case .sha256: unsafe sha256
        }
    }

    // Safe: fetched once before first use, immutable afterwards; libcrypto's algorithms may be shared by threads.
    nonisolated(unsafe) private static let md5 = unsafe EVP_MD_fetch(nil, "MD5", nil)
    nonisolated(unsafe) private static let sha1 = unsafe EVP_MD_fetch(nil, "SHA1", nil)
    nonisolated(unsafe) private static let sha256 = unsafe EVP_MD_fetch(nil, "SHA256", nil)
}
