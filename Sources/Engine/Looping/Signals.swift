// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// The signals that a server answers to.
package enum Signal: CaseIterable, Sendable {
    /// `systemctl stop`: finish and leave.
    case terminate
    /// Ctrl-C in a terminal.
    case interrupt
    /// `systemctl reload`: read the configuration again.
    case hangUp
    /// `kill -USR2`: become the program that lies in the place of this one.
    case replace

    var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .hangUp: SIGHUP
        case .replace: SIGUSR2
        }
    }
}

/// Tells a loop of signals instead of letting them end the process.
///
/// To be made on the first thread before others are started: a thread inherits what is blocked.
package final class Signals: Source {
    private let descriptor: Descriptor
    private let receive: (Signal) -> Void

    @discardableResult
    package init(on loop: Loop, receive: @escaping (Signal) -> Void) throws(Errno) {
        descriptor = try Descriptor(checking: linux_signalfd(Self.set))
        self.receive = receive
        try loop.add(self, descriptor: descriptor.number, for: .readable)
    }

    /// As long as it lives, no signal that a server answers to reaches this thread or one that it starts: for a thread that
    /// is there before the loop that is told of them.
    package struct Held: ~Copyable {
        private var before = sigset_t()

        package init() {
            // Safe: the call fills the set.
            unsafe linux_signals_block(Signals.set, &before)
        }

        deinit {
            var before = before
            // Safe: the call reads the set.
            unsafe linux_signals_restore(&before)
        }
    }

    fileprivate static let set = Signal.allCases.reduce(0) { $0 | UInt64(1) << UInt64($1.number - 1) }

    package func ready(_ events: Events, token: Int) {
        while true {
            let number = linux_signalfd_next(descriptor.number)
            guard number > 0 else { return }
            if let signal = Signal.allCases.first(where: { $0.number == number }) { receive(signal) }
        }
    }
}
