// SPDX-License-Identifier: Apache-2.0

extension Setting {
    static let people: [Setting] = [
        Setting(
            "talkie-silence", .seconds(1...600), into: \.talkieSilence,
            "How long who has the air of a walkie-talkie room may send nothing before losing it."
        ).own,
        Setting(
            "talkie-limit", .seconds(1...3600), into: \.talkieLimit,
            "How long one may talk on the walkie-talkie at a stretch."
        ).own,
        Setting(
            "channel", .channel, into: \.channels,
            "A channel that is there from the start, as text:NAME or voice:NAME; repeat it for several. Without it, text:general and voice:Lounge."
        ).own,
        Setting(
            "message-retention", .seconds(3600...3_153_600_000), into: \.messageRetention,
            "How long the messages and pictures of channels are kept, and the lists of calls, as in 90d."
        ).own,
        Setting(
            "database-limit", .bytes, into: \.databaseLimit,
            "What the database may hold; beyond it the oldest messages of all channels are deleted, or the oldest pictures where these are most of it."
        ).own,
        Setting(
            "image-size", .bytes, into: \.imageSize,
            "The largest picture that may be put into a channel; 0 for none at all."
        ).own,
        Setting(
            "image-space", .bytes, into: \.imageSpace,
            "What all pictures together may take in the database; beyond it the oldest are deleted."
        ).own,
        Setting(
            "call-ringing", .seconds(1...300), into: \.callRinging,
            "How long a call rings before nobody has answered it."
        ).own,
        Setting(
            "user-rate", .number(1...1_000_000, unit: "people per minute"), into: \.userRate,
            "People that one IPv4 address or IPv6 /64 may register."
        ).own.reloadable,
    ]
}
