// SPDX-License-Identifier: Apache-2.0

internal import CLinux
package import Wire

extension Moment {
    /// What the two clocks say now. A loop reads them once per turn; ask it, not this.
    package static func read() -> Self {
        Self(instant: Instant(nanoseconds: linux_monotonic()), time: UnixTime(milliseconds: linux_wall_clock()))
    }
}
