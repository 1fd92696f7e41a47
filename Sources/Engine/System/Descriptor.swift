// SPDX-License-Identifier: Apache-2.0

internal import CLinux

/// An open file of the kernel, closed when its one owner lets go of it.
package struct Descriptor: ~Copyable, Sendable {
    package let number: Int32

    /// Takes over an open descriptor that nobody else is going to close.
    package init(owning number: Int32) { self.number = number }

    /// Takes over what a call answered, or throws the errno that it answered instead.
    init(checking result: Int32) throws(Errno) { number = try Errno.check(result) }

    deinit { linux_close(number) }

    /// Gives the open descriptor away, for a message to another thread or process; the caller closes it.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}
