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
        let set = Signal.allCases.reduce(0) { $0 | UInt64(1) << UInt64($1.number - 1) }
        descriptor = try Descriptor(checking: linux_signalfd(set))
        self.receive = receive
        try loop.add(self, descriptor: descriptor.number, for: .readable)
    }

    package func ready(_ events: Events, token: Int) {
        while true {
            let number = linux_signalfd_next(descriptor.number)
            guard number > 0 else { return }
            if let signal = Signal.allCases.first(where: { $0.number == number }) { receive(signal) }
        }
    }
}
