// SPDX-License-Identifier: Apache-2.0
import Wire

/// IMF-fixdate, as in `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func text(_ time: UnixTime) -> String {
        // The parts of RFC 3339, which has them all but the day of the week.
        let parts = time.description.split { "-T:.".contains($0) }
        let day = time.seconds >= 0 ? time.seconds / 86_400 : -((86_399 - time.seconds) / 86_400)
        let name = days[Int((day % 7 + 7) % 7)]
        let month = months[(Int(parts[1]) ?? 1) - 1]
        return "\(name), \(parts[2]) \(month) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}
