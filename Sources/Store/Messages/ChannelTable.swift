// SPDX-License-Identifier: Apache-2.0

package import Signaling
internal import Wire

/// The table `channels`: those that people made, not those of the configuration.
struct ChannelTable: ~Copyable {
    private let insert: Statement
    private let select: Statement

    init(on connection: borrowing Connection) throws(StoreError) {
        let insert = try connection.prepare("INSERT INTO channels VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        let select = try connection.prepare("SELECT * FROM channels ORDER BY rowid")
        self.insert = insert
        self.select = select
    }

    func add(_ channel: ChannelRecord) throws(StoreError) {
        try insert.run([
            .text(channel.name.description), .text(channel.kind.rawValue), channel.owner.map { .text($0) } ?? .null,
            .integer(channel.isUnlisted ? 1 : 0), .integer(channel.createdAt.milliseconds),
        ])
    }

    func all() throws(StoreError) -> [ChannelRecord] {
        try select.all { (row) throws(StoreError) in
            guard let kind = ChannelRecord.Kind(rawValue: row.text(1)) else {
                throw StoreError(.corrupt, while: "reading the channels", detail: "there is no kind “\(row.text(1))”")
            }
            return ChannelRecord(
                name: try row.name(0), kind: kind, owner: row.isNull(2) ? nil : row.text(2),
                isUnlisted: row.integer(3) != 0, createdAt: UnixTime(milliseconds: row.integer(4)))
        }
    }
}

extension Store {
    /// Writes a channel that was just made (`Channels.Output.persist`).
    package func persist(_ channel: ChannelRecord) throws(StoreError) { try channels.add(channel) }

    /// Every channel that people made, oldest first: what the machine is given at start (`Channels.Input.restored`).
    package func allChannels() throws(StoreError) -> [ChannelRecord] { try channels.all() }
}
