// SPDX-License-Identifier: Apache-2.0

package import Signaling
internal import Wire

/// What is looked up while others write.
///
/// It has a connection of its own, and in WAL mode neither waits for the other. What it is asked is bounded: a question that
/// would take longer than ``patience`` fails.
package struct Reader: ~Copyable {
    let connection: Connection
    let hasFullText: Bool

    /// How long one question may work: processor time, so that none is refused because the machine is busy.
    package static let patience = Duration.milliseconds(50)

    /// Opens the database that a ``Store`` has brought to the newest layout.
    ///
    /// - Parameter isFrozen: Nobody can write there, not even locks.
    package init(path: String, isFrozen: Bool = false) throws(StoreError) {
        let connection = try Connection(path: path, isFrozen ? .readFrozen : .read)
        let hasFullText = try FullText.isUsable(on: connection)
        self.connection = connection
        self.hasFullText = hasFullText
    }

    /// The last calls that a person made or was rung for, newest first.
    package func calls(of person: String, limit: Int = 200) throws(StoreError) -> [CallRecord] {
        let statement = try connection.prepare(CallTable.select)
        return try connection.within(Self.patience) { () throws(StoreError) in
            try statement.all([.text(person), .integer(Int64(limit))], as: CallTable.call)
        }
    }

    /// A picture; nil where there is none of that name.
    package func image(_ id: String) throws(StoreError) -> ImageRecord? {
        try connection.prepare(ImageTable.select).first([.text(id)], as: ImageTable.image)
    }

    /// What SQLite finds wrong with the database; nil when nothing is. Reads all of it, so that it may take minutes.
    package func damage() throws(StoreError) -> String? { try connection.damage() }
}
