// SPDX-License-Identifier: Apache-2.0

/// Reads along in the plain part of a client's handshake and says when it outgrows what a client has to say.
///
/// libssl makes room for a message as soon as its length is declared: 128 KiB of memory for nine bytes. Nothing that a
/// client sends in the clear comes near ``messageLimit``, so what declares more is never shown to libssl.
struct HandshakeGuard {
    /// The longest handshake message let through, in bytes; a ClientHello with post-quantum shares has 2 KiB.
    static let messageLimit = 16_384
    /// The longest handshake that may still go on, in bytes of ciphertext.
    static let limit = 65_536

    private var total = 0
    /// Of the record: its header so far (RFC 8446 §5.1), then what is left of its body.
    private var recordHeader: [5 of UInt8] = [0, 0, 0, 0, 0]
    private var recordHeaderCount = 0
    private var recordLeft = 0
    /// Of the message, which may span records: its header so far (RFC 8446 §4), then what is left of its body.
    private var messageHeader: [4 of UInt8] = [0, 0, 0, 0]
    private var messageHeaderCount = 0
    private var messageLeft = 0

    /// Takes the next bytes of the stream; false when the handshake goes too far.
    ///
    /// - Parameter isPlain: Whether handshake records can still be unencrypted.
    mutating func admits(_ bytes: Span<UInt8>, isPlain: Bool) -> Bool {
        // What follows the handshake may come in one piece with its end, so this piece is not counted yet.
        guard total <= Self.limit else { return false }
        total += bytes.count
        guard isPlain else { return true }
        for index in bytes.indices {
            let byte = bytes[index]
            guard recordLeft > 0 else {
                recordHeader[recordHeaderCount] = byte
                recordHeaderCount += 1
                if recordHeaderCount == 5 {
                    recordHeaderCount = 0
                    recordLeft = Int(recordHeader[3]) << 8 | Int(recordHeader[4])
                }
                continue
            }
            recordLeft -= 1
            if recordHeader[0] == 22, !admitsMessage(byte) { return false }
        }
        return true
    }

    private mutating func admitsMessage(_ byte: UInt8) -> Bool {
        guard messageLeft == 0 else {
            messageLeft -= 1
            return true
        }
        messageHeader[messageHeaderCount] = byte
        messageHeaderCount += 1
        guard messageHeaderCount == 4 else { return true }
        messageHeaderCount = 0
        messageLeft = Int(messageHeader[1]) << 16 | Int(messageHeader[2]) << 8 | Int(messageHeader[3])
        return messageLeft <= Self.messageLimit
    }
}
