// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// The errors that OpenSSL keeps for each thread: cleared before a call, drained after it.
enum ErrorQueue {
    static func clear() { ERR_clear_error() }

    /// Empties the queue, and answers the code of its first entry: the one nearest to the cause.
    static func drain() -> UInt {
        let first = ERR_get_error()
        ERR_clear_error()
        return first
    }

    /// Empties the queue, and answers what its first entry says.
    static func reason() -> String { text(drain()) }

    static func text(_ code: UInt) -> String {
        // Safe: the text is a constant of libcrypto.
        guard code != 0, let text = unsafe ERR_reason_error_string(code) else { return "no reason given" }
        return unsafe String(cString: text)
    }
}
