// SPDX-License-Identifier: Apache-2.0
internal import CSystemd
internal import Engine

/// Whoever started this process and wants to hear how it fares: systemd, or somebody who speaks like it
/// (sd_notify(3)).
///
/// Where to find it stands in the environment of this process, from which the library reads it each time.
package struct Supervisor: Sendable {
    /// How often it wants a sign of life (sd_watchdog_enabled(3)); nil where it does not.
    package let watchdog: Duration?

    /// Nil where nobody asked to be told.
    package init?(environment: [String: String]) {
        guard let path = environment["NOTIFY_SOCKET"], !path.isEmpty else { return nil }
        var period: UInt64 = 0
        // Safe: the call writes one number.
        let isAsked = unsafe sd_watchdog_enabled(0, &period) > 0
        watchdog = isAsked && period > 0 ? .microseconds(Int64(clamping: period)) : nil
    }

    /// Tells something; nothing happens when nobody listens any more.
    package func tell(_ lines: [String]) {
        // Safe: the string lives through the call.
        _ = unsafe sd_notify(0, lines.joined(separator: "\n"))
    }

    /// Gives descriptors to be kept under a name over restarts of this process.
    package func keep(_ descriptors: [Int32], named name: String) {
        let text = "FDSTORE=1\nFDNAME=\(name)\nFDPOLL=0"
        for start in stride(from: 0, to: descriptors.count, by: Bag.capacity) {
            let some = Array(descriptors[start..<min(start + Bag.capacity, descriptors.count)])
            // Safe: the string and the array, as long as is said, live through the call.
            _ = unsafe sd_pid_notify_with_fds(0, 0, text, some, UInt32(some.count))
        }
    }

    /// Returns when everything that was told has been heard and done, or after five seconds.
    package func waitUntilHeard() { _ = sd_notify_barrier(0, 5_000_000) }

    /// Lets go of all that is kept under a name.
    package func forget(_ name: String) { tell(["FDSTOREREMOVE=1", "FDNAME=\(name)"]) }
}
