// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Descriptors that wait in a Unix socket for the process that comes after this one (SCM_RIGHTS in unix(7)).
///
/// The descriptors of a message belong to the kernel until somebody takes them: they stay open when this process dies,
/// as long as somebody else has the bag's reading end. A bag holds one message, which is replaced as a whole.
package final class Bag {
    /// The most descriptors in a bag: the kernel's SCM_MAX_FD.
    package static let capacity = Int(LINUX_DESCRIPTORS_PER_MESSAGE)

    private let reading: Descriptor
    private let writing: Descriptor
    private var isEmpty = true

    package init() throws(Errno) {
        var ends: (Int32, Int32) = (-1, -1)
        // Safe: both pointers are valid through the call.
        try Errno.check(unsafe linux_bag(&ends.0, &ends.1))
        reading = Descriptor(owning: ends.0)
        writing = Descriptor(owning: ends.1)
    }

    /// The end to keep: another descriptor for it.
    package func end() throws(Errno) -> Descriptor { try reading.duplicate() }

    /// Replaces what is in the bag by `descriptors`, which stay the caller's, under a `label` of one byte or more.
    ///
    /// The new message is in before the old one is out, so that nothing is ever lost; whoever looks takes the last.
    package func fill(_ descriptors: [Int32], label: [UInt8]) throws(Errno) {
        // Safe: both arrays live through the call, which copies them.
        try Errno.check(
            unsafe linux_bag_put(writing.number, label, label.count, descriptors, Int32(clamping: descriptors.count)))
        if !isEmpty { try Errno.check(linux_bag_drop(reading.number)) }
        isEmpty = false
    }

    /// Throws away what somebody left in a bag, whoever has the bag besides.
    ///
    /// - Parameter reading: The end that was kept.
    package static func empty(_ reading: Int32) {
        while linux_bag_size(reading) > 0, linux_bag_drop(reading) == 0 {}
    }

    /// What somebody left in a bag: the label and new descriptors of the last message, which stays where it is.
    ///
    /// - Parameter reading: The end that was kept.
    /// - Returns: Nil when there is none.
    package static func look(into reading: Int32) -> (label: [UInt8], descriptors: [Int32])? {
        while true {
            var label = [UInt8](repeating: 0, count: 256)
            var descriptors = [Int32](repeating: -1, count: capacity)
            var count: Int32 = 0
            // Safe: the kernel writes no further than the label is long, and no more descriptors than a message has.
            let size = unsafe linux_bag_look(reading, &label, label.count, &descriptors, &count)
            let found = Array(descriptors.prefix(Int(max(0, count))))
            guard size > 0 else { return nil }
            // Its owner died between putting a message in and taking the one before it out.
            guard linux_bag_size(reading) > size else { return (Array(label.prefix(Int(size))), found) }
            for number in found { _ = Descriptor(owning: number) }
            guard linux_bag_drop(reading) == 0 else { return nil }
        }
    }
}
