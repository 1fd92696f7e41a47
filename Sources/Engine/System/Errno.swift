// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What the kernel answered instead of doing what it was asked.
package struct Errno: Error, Hashable, Sendable {
    package let code: Int32

    package init(code: Int32) { self.code = code }

    package static let addressInUse = Self(code: EADDRINUSE)
    package static let addressNotAvailable = Self(code: EADDRNOTAVAIL)
    package static let accessDenied = Self(code: EACCES)
    package static let connectionRefused = Self(code: ECONNREFUSED)
    package static let connectionReset = Self(code: ECONNRESET)
    package static let notFound = Self(code: ENOENT)
    package static let notPermitted = Self(code: EPERM)
    package static let tooManyOpenFiles = Self(code: EMFILE)
    package static let wouldBlock = Self(code: EAGAIN)

    /// Whether a signal cut the call short: it is made again.
    var isInterruption: Bool { code == EINTR }

    /// The result of a call that answers with zero or more, or with the negative errno.
    @discardableResult
    static func check(_ result: Int32) throws(Errno) -> Int32 {
        guard result >= 0 else { throw Errno(code: -result) }
        return result
    }
}

extension Errno: CustomStringConvertible {
    /// The kernel's words for it, as in “Address already in use”.
    package var description: String {
        var text = [CChar](repeating: 0, count: 128)
        // Safe: the length is the array's, and the text ends with a zero within it.
        guard unsafe strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
