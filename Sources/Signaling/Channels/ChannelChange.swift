// SPDX-License-Identifier: Apache-2.0

package import Wire

/// Something of the channels to be kept on disk.
package enum ChannelChange: Hashable, Sendable {
    case made(ChannelRecord)
    /// The channel goes on under another name, with its messages and bans.
    case renamed(Name, to: Name)
    /// The channel is gone, and its messages and bans with it.
    case closed(Name)
    case banned(ChannelBan)
    case forgiven(person: String, in: Name)
    /// The channel has another owner; one of the configuration is kept from then on.
    case given(ChannelRecord)
}

/// Somebody whom the owner of a channel does not want in it.
package struct ChannelBan: Hashable, Sendable {
    package let channel: Name
    package let person: String
    /// What they were called when it happened.
    package let name: Name
    package let at: UnixTime

    package init(channel: Name, person: String, name: Name, at: UnixTime) {
        (self.channel, self.person, self.name, self.at) = (channel, person, name, at)
    }
}
