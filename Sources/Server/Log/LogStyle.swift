// SPDX-License-Identifier: Apache-2.0

package import Configuration
internal import Glibc

/// How lines look where they go.
package struct LogStyle: Hashable, Sendable {
    package var format: Settings.LogFormat
    /// `<3>` to `<7>` in front of each line: for journald, which has the time itself.
    package var hasPriorities = false
    /// Whether the descriptor leads to journald, and journald takes records of fields here.
    package var reachesJournal: Bool {
        // Safe: the path is a constant that ends in zero.
        unsafe hasPriorities && access(Journal.socket, W_OK) == 0
    }
    package var isColoured = false

    package init(format: Settings.LogFormat, hasPriorities: Bool = false, isColoured: Bool = false) {
        (self.format, self.hasPriorities, self.isColoured) = (format, hasPriorities, isColoured)
    }

    /// The style that fits what `descriptor` is connected to.
    ///
    /// - Parameter environment: `JOURNAL_STREAM` names the journal's socket by device and inode, and counts only when
    ///   `descriptor` is that one (systemd.exec(5)); `NO_COLOR` and `TERM=dumb` ask for no colours.
    package init(format: Settings.LogFormat, descriptor: Int32, environment: [String: String]) {
        var status = stat()
        // Safe: the call fills the whole structure or fails.
        if let journalStream = environment["JOURNAL_STREAM"], unsafe fstat(descriptor, &status) == 0 {
            hasPriorities = journalStream == "\(status.st_dev):\(status.st_ino)"
        }
        let wantsColour = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        isColoured = format == .text && wantsColour && isatty(descriptor) == 1
        self.format = format
    }
}
