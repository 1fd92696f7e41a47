// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Synchronization

/// Hands messages from any thread to one loop, in order.
package final class Mailbox<Message: Sendable>: Sendable {
    private let queue = Mutex<[Message]>([])
    private let wake: Descriptor

    package init() throws(Errno) { wake = try Descriptor(checking: linux_eventfd()) }

    /// Leaves a message; the loop is woken when it has not yet been for an earlier one.
    package func post(_ message: Message) {
        let first = queue.withLock { queue in
            queue.append(message)
            return queue.count == 1
        }
        if first { linux_eventfd_signal(wake.number) }
    }

    /// Hands every message to `receive` on the loop's thread from now on; once per mailbox.
    package func open(on loop: Loop, receive: @escaping (Message) -> Void) throws(Errno) {
        try loop.add(Slot(mailbox: self, receive: receive), descriptor: wake.number, for: .readable)
    }

    /// Takes what has come so far at once, on the loop's thread, before the loop gets to it.
    package func takeAll() -> [Message] {
        // Cleared first: a message that comes in between wakes the loop once more, and none is left behind.
        linux_eventfd_clear(wake.number)
        return queue.withLock { queue in
            defer { queue = [] }
            return queue
        }
    }

    /// The loop's end of the mailbox.
    private final class Slot: Source {
        private let mailbox: Mailbox<Message>
        private let receive: (Message) -> Void

        init(mailbox: Mailbox<Message>, receive: @escaping (Message) -> Void) {
            self.mailbox = mailbox
            self.receive = receive
        }

        func ready(_ events: Events, token: Int) {
            for message in mailbox.takeAll() { receive(message) }
        }
    }
}
