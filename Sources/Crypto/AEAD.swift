// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// AES in Galois/counter mode with a 16-byte tag (RFC 5116 §5.1, §5.2): what RFC 7635 seals access tokens with.
package enum AEAD: Hashable, Sendable {
    case aes128GCM, aes256GCM

    /// Bytes of authentication behind every ciphertext.
    package static let tagSize = 16
    /// The nonce size that RFC 5116 gives both algorithms; others are accepted when opening.
    package static let nonceSize = 12

    package var keySize: Int {
        switch self {
        case .aes128GCM: 16
        case .aes256GCM: 32
        }
    }

    /// The plaintext of `sealed` (ciphertext, then tag), or nil when anything was touched or has a wrong size.
    package func open(_ sealed: [UInt8], key: [UInt8], nonce: [UInt8], associated: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.tagSize, isUsable(key: key, nonce: nonce) else { return nil }
        let ciphertext = Array(sealed.dropLast(Self.tagSize))
        var tag = Array(sealed.suffix(Self.tagSize))
        var plaintext = [UInt8](repeating: 0, count: ciphertext.count)
        var written: Int32 = 0
        let context = CipherContext()
        var rest = [UInt8](repeating: 0, count: Self.tagSize)
        // Safe: every buffer is an array that outlives its call and whose size is passed with it; GCM writes exactly as
        // many bytes as it reads and `final` writes none.
        var done = unsafe EVP_DecryptInit_ex(context.handle, cipher, nil, nil, nil) == 1
        done = unsafe done && EVP_CIPHER_CTX_ctrl(context.handle, EVP_CTRL_AEAD_SET_IVLEN, Int32(nonce.count), nil) == 1
        done = unsafe done && EVP_DecryptInit_ex(context.handle, nil, nil, key, nonce) == 1
        done =
            unsafe done
            && (associated.isEmpty
                || EVP_DecryptUpdate(context.handle, nil, &written, associated, Int32(associated.count)) == 1)
        done =
            unsafe done
            && (ciphertext.isEmpty
                || EVP_DecryptUpdate(context.handle, &plaintext, &written, ciphertext, Int32(ciphertext.count)) == 1)
        done = unsafe done && EVP_CIPHER_CTX_ctrl(context.handle, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagSize), &tag) == 1
        done = unsafe done && EVP_DecryptFinal_ex(context.handle, &rest, &written) == 1
        return done ? plaintext : nil
    }

    /// Ciphertext and tag of `plaintext`; nil when key or nonce have a wrong size.
    package func seal(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], associated: [UInt8]) -> [UInt8]? {
        guard isUsable(key: key, nonce: nonce) else { return nil }
        var ciphertext = [UInt8](repeating: 0, count: plaintext.count)
        var tag = [UInt8](repeating: 0, count: Self.tagSize)
        var rest = tag
        var written: Int32 = 0
        let context = CipherContext()
        // Safe: as in `open`; the tag has the 16 bytes that are asked for.
        var done = unsafe EVP_EncryptInit_ex(context.handle, cipher, nil, nil, nil) == 1
        done = unsafe done && EVP_CIPHER_CTX_ctrl(context.handle, EVP_CTRL_AEAD_SET_IVLEN, Int32(nonce.count), nil) == 1
        done = unsafe done && EVP_EncryptInit_ex(context.handle, nil, nil, key, nonce) == 1
        done =
            unsafe done
            && (associated.isEmpty
                || EVP_EncryptUpdate(context.handle, nil, &written, associated, Int32(associated.count)) == 1)
        done =
            unsafe done
            && (plaintext.isEmpty
                || EVP_EncryptUpdate(context.handle, &ciphertext, &written, plaintext, Int32(plaintext.count)) == 1)
        done = unsafe done && EVP_EncryptFinal_ex(context.handle, &rest, &written) == 1
        done = unsafe done && EVP_CIPHER_CTX_ctrl(context.handle, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagSize), &tag) == 1
        return done ? ciphertext + tag : nil
    }

    private func isUsable(key: [UInt8], nonce: [UInt8]) -> Bool {
        key.count == keySize && (1...64).contains(nonce.count)
    }

    private var cipher: OpaquePointer? {
        switch self {
        case .aes128GCM: unsafe EVP_aes_128_gcm()
        case .aes256GCM: unsafe EVP_aes_256_gcm()
        }
    }
}

/// A cipher context of libcrypto, freed with its owner.
@safe private struct CipherContext: ~Copyable {
    let handle: OpaquePointer

    init() {
        guard let handle = unsafe EVP_CIPHER_CTX_new() else {
            preconditionFailure("libcrypto has memory for a context")
        }
        unsafe self.handle = handle
    }

    deinit { unsafe EVP_CIPHER_CTX_free(handle) }
}
