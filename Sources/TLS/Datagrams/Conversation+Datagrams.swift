// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

extension Conversation {
    /// Takes the ClientHello whose cookie was verified, and brings the session to where the handshake goes on behind it.
    mutating func listen() -> Outcome {
        ErrorQueue.clear()
        // Safe: libssl writes the peer's address, which the wire does not know, and it is freed at once.
        let nobody = unsafe BIO_ADDR_new()
        defer { unsafe BIO_ADDR_free(nobody) }
        let status = unsafe DTLSv1_listen(session, nobody)
        let code = ErrorQueue.drain()
        if status == 1 { return .done(0) }
        return status == 0 ? .needsInput : .failed(Failure(code: code, alertReceived: -1))
    }

    /// Sends the last flight again when libssl's clock says that it is time.
    mutating func handleTimeout() -> Outcome {
        ErrorQueue.clear()
        let status = unsafe openssl_session_handle_timeout(session)
        let code = ErrorQueue.drain()
        return status < 0 ? .failed(Failure(code: code, alertReceived: -1)) : .done(0)
    }

    /// How long libssl still waits for an answer, by its own clock.
    var timeLeft: Duration? {
        let microseconds = unsafe openssl_session_timeout(session)
        return microseconds < 0 ? nil : .microseconds(microseconds)
    }
}
