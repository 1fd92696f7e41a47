// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Wire

/// One SSL object of libssl and the wire that it reads and writes: what TLS and DTLS sessions are made of.
///
/// Every call lends it memory for the length of the call and leaves the thread's error queue empty.
@safe struct Conversation: ~Copyable {
    /// How a step of libssl ended.
    enum Outcome: Hashable {
        case done(Int)
        case needsInput
        case needsRoom
        /// The peer said goodbye with close_notify.
        case finished
        case failed(Failure)
    }

    let session: OpaquePointer
    let wire: UnsafeMutablePointer<openssl_wire>
    /// Keeps the memory that libssl's callbacks read.
    private let context: Context

    /// - Parameter mtu: Bytes in a datagram, or zero for a stream.
    init(_ context: Context, asServer: Bool, mtu: UInt32) {
        ErrorQueue.clear()
        // Safe: the session is this value's own; it takes over the wire's BIO and frees both.
        guard let session = unsafe SSL_new(context.pointer), let wire = unsafe openssl_wire_attach(session, mtu) else {
            preconditionFailure("memory for a TLS session")
        }
        if asServer { unsafe SSL_set_accept_state(session) } else { unsafe SSL_set_connect_state(session) }
        if mtu > 0 { unsafe openssl_session_mtu(session, Int(mtu)) }
        unsafe self.session = session
        unsafe self.wire = wire
        self.context = context
    }

    deinit {
        // Safe: nobody else has the session; the wire goes with it.
        unsafe SSL_free(session)
    }

    /// Lends `input` to be read and `output` to be written while `body` runs.
    ///
    /// - Parameter offset: Bytes of the output that are in use already.
    /// - Returns: How many bytes of each were used.
    mutating func lend(
        _ input: Span<UInt8>, _ output: inout MutableSpan<UInt8>, after offset: Int = 0,
        _ body: (inout Conversation) -> Void
    ) -> (read: Int, written: Int) {
        let offset = min(max(0, offset), output.count)
        return unsafe input.withUnsafeBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                // Safe: both buffers outlive the closure, and the wire forgets them before it ends.
                unsafe wire.pointee.input = input.baseAddress
                unsafe wire.pointee.input_count = input.count
                unsafe wire.pointee.output = output.baseAddress.map { unsafe $0 + offset }
                unsafe wire.pointee.output_capacity = output.count - offset
                unsafe wire.pointee.output_count = 0
                unsafe wire.pointee.datagrams = 0
                body(&self)
                let counts = unsafe (input.count - wire.pointee.input_count, wire.pointee.output_count)
                unsafe wire.pointee.input = nil
                unsafe wire.pointee.input_count = 0
                unsafe wire.pointee.output = nil
                unsafe wire.pointee.output_capacity = 0
                unsafe wire.pointee.output_count = 0
                return counts
            }
        }
    }

    /// Goes on with the handshake; done when it is complete.
    mutating func handshake() -> Outcome {
        ErrorQueue.clear()
        return outcome(of: unsafe SSL_do_handshake(session), count: 0)
    }

    /// Reads the next piece of plaintext; done with the number of bytes.
    mutating func read(into plaintext: UnsafeMutableRawBufferPointer) -> Outcome {
        var count = 0
        ErrorQueue.clear()
        // Safe: libssl writes no further than the buffer is long.
        let status = unsafe SSL_read_ex(session, plaintext.baseAddress, plaintext.count, &count)
        return outcome(of: status, count: count)
    }

    /// Writes plaintext; done with the number of bytes that were taken.
    mutating func write(_ plaintext: UnsafeRawBufferPointer) -> Outcome {
        var count = 0
        ErrorQueue.clear()
        // Safe: libssl reads no further than the buffer is long.
        let status = unsafe SSL_write_ex(session, plaintext.baseAddress, plaintext.count, &count)
        return outcome(of: status, count: count)
    }

    /// Says goodbye (RFC 8446 §6.1); nothing before the handshake is complete.
    mutating func finish() {
        ErrorQueue.clear()
        // Zero and one both say that close_notify is on its way; a failure has nobody to be told to.
        if isComplete { _ = unsafe SSL_shutdown(session) }
        ErrorQueue.clear()
    }

    private func outcome(of status: Int32, count: Int) -> Outcome {
        if status == 1 { return .done(count) }
        let error = unsafe SSL_get_error(session, status)
        let code = ErrorQueue.drain()
        switch error {
        case SSL_ERROR_WANT_READ: return .needsInput
        case SSL_ERROR_WANT_WRITE: return .needsRoom
        case SSL_ERROR_ZERO_RETURN: return .finished
        default: return .failed(failure(code))
        }
    }

    private func failure(_ code: UInt) -> Failure {
        let verdict = unsafe SSL_get_verify_result(session)
        if ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED, verdict != Int(X509_V_OK) {
            // Safe: the text is a constant of libcrypto.
            return .untrusted(unsafe String(cString: X509_verify_cert_error_string(verdict)))
        }
        return Failure(code: code, alertReceived: unsafe wire.pointee.alert_received)
    }
}
