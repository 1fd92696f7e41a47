// SPDX-License-Identifier: Apache-2.0

package import Signaling
internal import Wire

/// The table `rooms`: a row for every link, ended ones included while they are remembered.
struct RoomTable: ~Copyable {
    private let upsert: Statement
    private let delete: Statement
    private let select: Statement

    init(on connection: borrowing Connection) throws(StoreError) {
        let upsert = try connection.prepare(
            """
            INSERT INTO rooms VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET
                expires_at = excluded.expires_at, end_reason = excluded.end_reason, ended_at = excluded.ended_at
            """)
        let delete = try connection.prepare("DELETE FROM rooms WHERE token = ?")
        let select = try connection.prepare("SELECT * FROM rooms")
        // Only now that nothing can fail: the compiler forbids a noncopyable value half made.
        self.upsert = upsert
        self.delete = delete
        self.select = select
    }

    func persist(_ room: RoomRecord) throws(StoreError) {
        try upsert.run([
            .text(room.token), .blob(room.ownerKeyHash),
            room.options.ttl.map { .integer($0.components.seconds) } ?? .null,
            .integer(Int64(room.options.maxParticipants)), .integer(room.options.oneTime ? 1 : 0),
            room.options.pin.map { .blob($0.bytes) } ?? .null,
            .integer(room.createdAt.milliseconds), .integer(room.expiresAt.milliseconds),
            room.end.map { .text($0.rawValue) } ?? .null,
            room.endedAt.map { .integer($0.milliseconds) } ?? .null,
        ])
    }

    func forget(_ token: String) throws(StoreError) { try delete.run([.text(token)]) }

    func all() throws(StoreError) -> [RoomRecord] {
        try select.all { (row) throws(StoreError) in
            let end = row.isNull(8) ? nil : RoomRecord.End(rawValue: row.text(8))
            let pin = row.isNull(5) ? nil : PinHash(bytes: row.blob(5))
            // A pin or an end that cannot be read must not open the room.
            guard row.isNull(5) || pin != nil, row.isNull(8) || end != nil else {
                throw StoreError(
                    .corrupt, while: "reading the rooms", detail: "the row of room \(row.text(0).prefix(6))… is damaged"
                )
            }
            return RoomRecord(
                token: row.text(0), ownerKeyHash: row.blob(1),
                options: RoomOptions(
                    ttl: row.isNull(2) ? nil : .seconds(row.integer(2)), maxParticipants: Int(row.integer(3)),
                    oneTime: row.integer(4) != 0, pin: pin),
                createdAt: UnixTime(milliseconds: row.integer(6)), expiresAt: UnixTime(milliseconds: row.integer(7)),
                end: end, endedAt: row.isNull(9) ? nil : UnixTime(milliseconds: row.integer(9)))
        }
    }
}

/// What the machine of the rooms asks for.
extension Store {
    /// Writes a room, new or changed (`Rooms.Output.persist`).
    package func persist(_ room: RoomRecord) throws(StoreError) { try rooms.persist(room) }

    /// Deletes a room (`Rooms.Output.forget`).
    package func forgetRoom(_ token: String) throws(StoreError) { try rooms.forget(token) }

    /// Every room that is remembered: what the machine is given at start (`Rooms.Input.restored`).
    package func allRooms() throws(StoreError) -> [RoomRecord] { try rooms.all() }
}
