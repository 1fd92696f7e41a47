// SPDX-License-Identifier: Apache-2.0

/// What a changed configuration means for a server that is running.
package struct Reload: Hashable, Sendable {
    /// The running settings with all that can change while serving taken over.
    package let settings: Settings
    /// Keys whose new values are in force with ``settings``.
    package let applied: [String]
    /// Keys whose new values wait for a restart.
    package let waiting: [String]

    /// - Parameters:
    ///   - running: What the server serves with.
    ///   - read: What the configuration says now.
    package init(of running: Settings, with read: Settings) {
        var settings = running
        var applied: [String] = []
        var waiting: [String] = []
        for setting in Setting.groups.flatMap(\.settings)
        where setting.synonym == nil && setting.differs(running, read) {
            if setting.isReloadable {
                setting.copy(from: read, to: &settings)
                applied.append(setting.key)
            } else {
                waiting.append(setting.key)
            }
        }
        (self.settings, self.applied, self.waiting) = (settings, applied, waiting)
    }
}
