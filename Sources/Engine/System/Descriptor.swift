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

    /// Another descriptor for the same open file.
    package func duplicate() throws(Errno) -> Descriptor { try Descriptor(checking: linux_duplicate(number)) }

    /// Another descriptor for the same open file, which stays its owner's.
    package static func duplicate(of number: Int32) throws(Errno) -> Descriptor {
        try Descriptor(checking: linux_duplicate(number))
    }

    /// Lets the program that this process becomes have it under the same number, or not.
    package func setInheritable(_ isInheritable: Bool) throws(Errno) {
        try Errno.check(linux_set_inheritable(number, isInheritable ? 1 : 0))
    }

    /// Gives the open descriptor away, for a message to another thread or process; the caller closes it.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}

/// What a descriptor stands for, as far as a server hands it on.
package enum DescriptorKind: Hashable, Sendable {
    /// A file, or memory that looks like one.
    case memory
    /// An end of a ``Bag``.
    case bag
    /// A UDP socket.
    case datagrams
    /// A TCP socket that accepts connections.
    case listener
    /// A TCP connection.
    case stream
    case other

    /// What an open descriptor stands for.
    package init(of number: Int32) {
        self =
            switch Int(linux_kind(number)) {
            case Int(LINUX_KIND_MEMORY): .memory
            case Int(LINUX_KIND_BAG): .bag
            case Int(LINUX_KIND_DATAGRAMS): .datagrams
            case Int(LINUX_KIND_LISTENER): .listener
            case Int(LINUX_KIND_STREAM): .stream
            default: .other
            }
    }
}
