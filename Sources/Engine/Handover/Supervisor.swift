// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Whoever started this process and wants to hear how it fares: systemd, or somebody who speaks like it
/// (sd_notify(3)).
package struct Supervisor: Sendable {
    private let path: String
    /// How often it wants a sign of life; nil where it does not.
    package let watchdog: Duration?

    /// Nil where nobody asked to be told.
    package init?(environment: [String: String], process: Int32) {
        guard let path = environment["NOTIFY_SOCKET"], !path.isEmpty else { return nil }
        self.path = path
        let isForThis = environment["WATCHDOG_PID"].map { $0 == "\(process)" } ?? true
        let period = environment["WATCHDOG_USEC"].flatMap(Int64.init) ?? 0
        watchdog = isForThis && period > 0 ? .microseconds(period) : nil
    }

    /// Tells something; nothing happens when nobody listens any more.
    package func tell(_ lines: [String]) {
        // Safe: both strings live through the call.
        _ = unsafe linux_notify(path, lines.joined(separator: "\n"), nil, 0)
    }

    /// Gives descriptors to be kept under a name over restarts of this process.
    package func keep(_ descriptors: [Int32], named name: String) {
        let text = "FDSTORE=1\nFDNAME=\(name)\nFDPOLL=0"
        for start in stride(from: 0, to: descriptors.count, by: Bag.capacity) {
            let some = Array(descriptors[start..<min(start + Bag.capacity, descriptors.count)])
            // Safe: the strings and the array live through the call.
            _ = unsafe linux_notify(path, text, some, Int32(some.count))
        }
    }

    /// Returns when everything that was told has been heard and done, or after five seconds.
    package func waitUntilHeard() {
        // Safe: the string lives through the call.
        _ = unsafe linux_notify_barrier(path, 5000)
    }

    /// Lets go of all that is kept under a name.
    package func forget(_ name: String) { tell(["FDSTOREREMOVE=1", "FDNAME=\(name)"]) }
}
