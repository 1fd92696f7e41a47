// SPDX-License-Identifier: Apache-2.0

/// How much a line of the log matters; the raw values are those of syslog and journald.
package enum LogLevel: UInt8, Comparable, Hashable, Sendable {
    case error = 3
    case warning = 4
    case info = 6
    case debug = 7

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    package var word: String {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .info: "info"
        case .debug: "debug"
        }
    }
}

/// A class of lines: what happened, how much it matters, and how often it may be said.
package struct Event: Hashable, Sendable {
    /// One word that machines look for, as in `session`.
    package let name: String
    package let level: LogLevel
    /// Lines in a second; what goes beyond is counted and told as a number.
    package let perSecond: Int

    package init(_ name: String, _ level: LogLevel, perSecond: Int = 10) {
        (self.name, self.level, self.perSecond) = (name, level, perSecond)
    }
}

extension Event {
    /// A line about the configuration: a few at start and reload, so none is left out.
    package static func configuration(_ level: LogLevel) -> Self { Event("configuration", level, perSecond: 1000) }
    /// Everything is open and served.
    package static let ready = Event("ready", .info)
    /// An address is being listened on.
    package static let listening = Event("listening", .info, perSecond: 1000)
    /// The host has other addresses than before.
    package static let addresses = Event("addresses", .info, perSecond: 20)
    /// The server is ending, and why.
    package static let stopping = Event("stopping", .info)
    /// Something of the host is not as it should be: buffers, descriptors, ports.
    package static let host = Event("host", .warning)
    /// A browser has asked under a name that is not known as one of this server's.
    package static let foreignName = Event("host", .warning, perSecond: 1)
    /// Something about the certificate that its owner should know.
    package static let certificate = Event("certificate", .warning, perSecond: 100)
    /// There is no certificate where one is asked for.
    package static let withoutTLS = Event("certificate", .error, perSecond: 100)
    /// The database of users was read.
    package static let users = Event("users", .info, perSecond: 100)
    /// The database of users, or a row of it, cannot be used.
    package static let unusable = Event("users", .warning, perSecond: 100)
    /// Something broke that should not.
    package static let failure = Event("failure", .error)
    /// An allocation ended: the one line that every session has.
    package static let session = Event("session", .info, perSecond: 200)
    /// A TURN request was refused, and why.
    package static let refused = Event("refused", .debug)
    /// A peer in the host's own network was refused, where the host is in no other: what an operator looks for.
    package static let neighbour = Event("refused", .warning, perSecond: 1)
    /// Somebody's credentials were not accepted, and why.
    package static let credentials = Event("credentials", .info, perSecond: 5)
    /// An allocation was refused because a quota was reached or something ran out.
    package static let capacity = Event("capacity", .warning, perSecond: 1)
    /// A room came, went, or changed.
    package static let room = Event("room", .info, perSecond: 50)
    /// A person came into a room or left it.
    package static let seat = Event("seat", .info, perSecond: 50)
    /// An operator has done something to a room, a channel or a person.
    package static let moderation = Event("moderation", .info, perSecond: 100)
    /// Somebody talked on the walkie-talkie.
    package static let talk = Event("talk", .info, perSecond: 50)
    /// An HTTP request was answered.
    package static let request = Event("request", .debug, perSecond: 50)
}
