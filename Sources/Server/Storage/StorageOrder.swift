// SPDX-License-Identifier: Apache-2.0

internal import Signaling
internal import Store
internal import Wire

/// Something to remember or to forget.
enum StorageChange: Hashable, Sendable {
    case room(RoomRecord)
    case forgetRoom(token: String)
    case person(PersonRecord)
    case forgetPerson(id: String)
    case banPerson(PersonBan)
    case forgivePerson(id: String)
    case chat(ChatRecord)
    case forgetChat(id: String)
    case call(CallRecord)
    case channel(ChannelChange)
    /// Settled by a verdict of its own.
    case message(ticket: Int, MessageWrite)
    /// Beside what fits into so many bytes of pictures, the oldest of which go.
    case image(ImageRecord, space: Int)
    case forgetImage(id: String, owner: String)
    /// Tries whether anything can be written.
    case nothing

    /// Whether it happened in memory, whatever became of it on the disk: nobody was refused, so nobody asks again.
    var outlivesFailure: Bool {
        switch self {
        case .room, .forgetRoom, .forgetPerson, .banPerson, .forgivePerson, .chat, .forgetChat, .call, .channel: true
        case .person, .message, .image, .forgetImage, .nothing: false
        }
    }
}

/// Changes that are written together, or not at all.
struct StorageBatch: Sendable {
    let number: Int
    let changes: [StorageChange]
}

/// What became of a batch.
struct StorageVerdict: Sendable {
    let number: Int
    /// Why it was not written, for the operator; nil when it was.
    let failure: String?
    /// What became of the messages in it, by ticket, in their order.
    let messages: [(ticket: Int, verdict: MessageVerdict)]
    /// What is still to be written, when that is possible again.
    let owed: [StorageChange]
}

/// Something to look up.
enum StorageQuery: Hashable, Sendable {
    case history(HistoryQuery)
    case calls(of: String)
    case image(id: String)
}

/// What was found.
enum StorageFinding: Sendable {
    /// It would have taken too long, or too many ask.
    case tooMuch
    case messages([ChannelMessage])
    case calls([CallRecord])
    case image(ImageRecord?)
    /// The database could not be read.
    case failed
}

/// What the storage thread is told.
enum StorageOrder: Sendable {
    case write(StorageBatch)
    /// Some of what is not to be kept goes; the thread goes on by itself until all of it is gone.
    case tidy(StorageRetention)
    /// The database could not be opened; try again.
    case open
    /// Everything that was ordered before is written; say so.
    case finish(Farewell)
}

/// What it answers, in the order of the orders.
enum StorageReply: Sendable {
    case settled(StorageVerdict)
    /// The database can be used, or still cannot, and this is in it as far as it was not told before.
    case opened(Remembered)
}

/// How much of the past is kept.
struct StorageRetention: Hashable, Sendable {
    /// How long messages, pictures and calls are kept; nil for as long as there is space.
    let age: Duration?
    /// Bytes that the database may hold.
    let space: Int
}

/// Everything that was kept over a restart.
struct Remembered: Sendable {
    /// Why nothing can be kept; nil when all is well.
    var trouble: String?
    var rooms: [RoomRecord] = []
    var people: [PersonRecord] = []
    var bannedPeople: [PersonBan] = []
    var chats: [ChatRecord] = []
    var channels: [ChannelRecord] = []
    var bans: [ChannelBan] = []
}
