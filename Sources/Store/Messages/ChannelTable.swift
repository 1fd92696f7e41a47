// SPDX-License-Identifier: Apache-2.0

package import Signaling
internal import Wire

/// The tables `channels`, those that people made and not those of the configuration, and `bans`.
struct ChannelTable: ~Copyable {
    private let insert: Statement
    private let select: Statement
    private let give: Statement
    private let rename: Statement
    private let renumber: Statement
    private let retire: Statement
    private let forgetNumber: Statement
    private let renameBans: Statement
    private let delete: Statement
    private let deleteBans: Statement
    private let ban: Statement
    private let forgive: Statement
    private let selectBans: Statement

    init(on connection: borrowing Connection) throws(StoreError) {
        let insert = try connection.prepare("INSERT INTO channels VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        let select = try connection.prepare("SELECT * FROM channels ORDER BY rowid")
        let rename = try connection.prepare("UPDATE channels SET name = ? WHERE name = ?")
        let renumber = try connection.prepare("UPDATE channel_numbers SET name = ? WHERE name = ?")
        let retire = try connection.prepare(
            "INSERT INTO gone_channels SELECT number FROM channel_numbers WHERE name = ?")
        let forgetNumber = try connection.prepare("DELETE FROM channel_numbers WHERE name = ?")
        let renameBans = try connection.prepare("UPDATE bans SET channel = ? WHERE channel = ?")
        let delete = try connection.prepare("DELETE FROM channels WHERE name = ?")
        let deleteBans = try connection.prepare("DELETE FROM bans WHERE channel = ?")
        let ban = try connection.prepare("INSERT INTO bans VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
        let forgive = try connection.prepare("DELETE FROM bans WHERE channel = ? AND person = ?")
        let selectBans = try connection.prepare("SELECT * FROM bans")
        let give = try connection.prepare(
            "INSERT INTO channels VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET owner = excluded.owner")
        self.give = give
        self.insert = insert
        self.select = select
        self.rename = rename
        self.renumber = renumber
        self.retire = retire
        self.forgetNumber = forgetNumber
        self.renameBans = renameBans
        self.delete = delete
        self.deleteBans = deleteBans
        self.ban = ban
        self.forgive = forgive
        self.selectBans = selectBans
    }

    func apply(_ change: ChannelChange) throws(StoreError) {
        switch change {
        case .made(let channel): try insert.run(Self.values(channel))
        case .given(let channel): try give.run(Self.values(channel))
        case .renamed(let old, let new):
            let names: [Statement.Value] = [.text(new.description), .text(old.description)]
            // Messages of a channel that the configuration once had under this name belong to nobody now.
            try leaveMessages(of: new)
            try rename.run(names)
            try renumber.run(names)
            try renameBans.run(names)
        case .closed(let name):
            try leaveMessages(of: name)
            try delete.run([.text(name.description)])
            try deleteBans.run([.text(name.description)])
        case .banned(let ban):
            try self.ban.run([
                .text(ban.channel.description), .text(ban.person), .text(ban.name.description),
                .integer(ban.at.milliseconds),
            ])
        case .forgiven(let person, let channel):
            try forgive.run([.text(channel.description), .text(person)])
        }
    }

    private static func values(_ channel: ChannelRecord) -> [Statement.Value] {
        [
            .text(channel.name.description), .text(channel.kind.rawValue), channel.owner.map { .text($0) } ?? .null,
            .integer(channel.isUnlisted ? 1 : 0), .integer(channel.createdAt.milliseconds),
            channel.key.map { .text($0) } ?? .null,
        ]
    }

    /// From now on nobody sees the messages of the channel; ``Store/tidy(_:)`` deletes them.
    private func leaveMessages(of channel: Name) throws(StoreError) {
        try retire.run([.text(channel.description)])
        try forgetNumber.run([.text(channel.description)])
    }

    func all() throws(StoreError) -> [ChannelRecord] {
        try select.all { (row) throws(StoreError) in
            guard let kind = ChannelRecord.Kind(rawValue: row.text(1)) else {
                throw StoreError(.corrupt, while: "reading the channels", detail: "there is no kind “\(row.text(1))”")
            }
            return ChannelRecord(
                name: try row.name(0), kind: kind, owner: row.isNull(2) ? nil : row.text(2),
                isUnlisted: row.integer(3) != 0, key: row.isNull(5) ? nil : row.text(5),
                createdAt: UnixTime(milliseconds: row.integer(4)))
        }
    }

    func bans() throws(StoreError) -> [ChannelBan] {
        try selectBans.all { (row) throws(StoreError) in
            ChannelBan(
                channel: try row.name(0), person: row.text(1), name: try row.name(2),
                at: UnixTime(milliseconds: row.integer(3)))
        }
    }
}

extension Store {
    /// Writes what became of a channel (`Channels.Output.persist`).
    package func persist(_ change: ChannelChange) throws(StoreError) { try channels.apply(change) }

    /// Every channel that people made, oldest first: what the machine is given at start (`Channels.Input.restored`).
    package func allChannels() throws(StoreError) -> [ChannelRecord] { try channels.all() }

    /// Everybody whom the owner of a channel does not want in it.
    package func allBans() throws(StoreError) -> [ChannelBan] { try channels.bans() }
}
