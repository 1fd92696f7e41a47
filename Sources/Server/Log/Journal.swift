// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Engine
internal import Glibc
internal import Synchronization
internal import Wire

/// systemd's journal in its own form: records of fields (sd_journal_sendv(3)).
///
/// The library waits where journald is slow or stopped, and this log never does. So a thread of its own sends, and what
/// it has not come to waits in a queue of bounded length; what finds no place there is the caller's to count.
final class Journal: Sendable {
    /// How many records wait at most. A busy second has some hundred.
    static let places = 1024
    /// Where journald listens. The library is silent when nobody does, and the lines would be lost.
    static let socket = "/run/systemd/journal/socket"

    private let queue: Mailbox<[[UInt8]]>
    private let progress = Progress()

    /// What the thread and its askers know of each other.
    private final class Progress: Sendable {
        let waiting = Atomic(0)
        /// Records that were not taken.
        let refused = Atomic(0)
    }

    /// Starts the thread, which lives as long as the process.
    ///
    /// - Parameter send: Sends one record, and says whether it was taken; may take as long as it wants.
    init(send: @escaping @Sendable ([[UInt8]]) -> Bool = Journal.send) throws(Errno) {
        let queue = try Mailbox<[[UInt8]]>()
        let loop = try Loop()
        try queue.open(on: loop) { [progress] record in
            if !send(record) { progress.refused.add(1, ordering: .relaxed) }
            progress.waiting.subtract(1, ordering: .releasing)
        }
        self.queue = queue
        let held = Signals.Held()
        // Nobody ends it: it may be in the middle of a wait that does not end.
        _ = try LoopThread(named: "journal", running: loop)
        _ = consume held
    }

    /// Leaves a record to be sent; false when too many wait already.
    func offer(_ record: [[UInt8]]) -> Bool {
        guard progress.waiting.add(1, ordering: .relaxed).newValue <= Self.places else {
            progress.waiting.subtract(1, ordering: .relaxed)
            return false
        }
        queue.post(record)
        return true
    }

    /// How many records were offered and then not taken since somebody last asked.
    func takeRefused() -> Int { progress.refused.exchange(0, ordering: .relaxed) }

    /// Returns when everything that was offered has been sent, or when the time is over.
    func flush(atMost patience: Duration) {
        let end = Moment.read().instant + patience
        while progress.waiting.load(ordering: .acquiring) > 0, Moment.read().instant < end { usleep(500) }
    }

    /// Gives a record to journald.
    @Sendable private static func send(_ record: [[UInt8]]) -> Bool {
        // One buffer behind the other, and each field by its place in it.
        let bytes = Array(record.joined())
        return unsafe bytes.withUnsafeBytes { buffer in
            var fields: [iovec] = unsafe []
            var place = 0
            for field in record {
                // Safe: the places add up to the buffer's length, which is only read.
                let start = unsafe UnsafeMutableRawPointer(mutating: buffer.baseAddress)?.advanced(by: place)
                unsafe fields.append(iovec(iov_base: start, iov_len: field.count))
                place += field.count
            }
            // Safe: fields and buffer live through the call, and the count is the list's.
            return unsafe sd_journal_sendv(fields, Int32(clamping: fields.count)) == 0
        }
    }
}
