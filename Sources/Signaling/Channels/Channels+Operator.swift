// SPDX-License-Identifier: Apache-2.0

package import Wire

/// What the operator may see and do, whoever made a channel.
extension Channels {
    /// Every channel, in the order of their making.
    package var names: [Name] { order }

    /// A channel as the operator sees it; nil where there is none.
    package func entry(of name: Name, now: Moment) -> JSON? {
        guard let channel = channels[name] else { return nil }
        let people = channel.sockets.compactMap { socket -> JSON? in
            let (writer, speaker) = (writers[socket], speakers[socket])
            guard let shown = writer?.names[name] ?? speaker?.seat?.name else { return nil }
            return [
                "peerId": .string(writer?.peer ?? speaker?.peer ?? ""), "name": .string("\(shown)"),
                "userId": person(on: socket).map { .string($0.id) } ?? .null,
                "address": addresses[socket].map { .string("\($0)") } ?? .null,
            ]
        }
        let bans = channel.bans.values.sorted { ($0.at, $0.person) < ($1.at, $1.person) }.map { ban -> JSON in
            ["userId": .string(ban.person), "name": .string("\(ban.name)"), "at": .string("\(ban.at)")]
        }
        let banned = channel.bannedAddresses.filter { now.instant < $0.value }.map { "\($0.key)" }.sorted()
        return [
            "id": .string("\(name)"), "kind": .string(channel.record.kind.rawValue),
            "owner": channel.record.owner.map { .string($0) } ?? .null,
            "unlisted": .boolean(channel.record.isUnlisted), "configured": .boolean(channel.isConfigured),
            "createdAt": .string("\(channel.record.createdAt)"), "online": .integer(Int64(channel.sockets.count)),
            "people": .array(people), "bans": .array(bans), "bannedAddresses": .array(banned.map { .string($0) }),
        ]
    }

    /// Puts everybody out; they may come back.
    package mutating func end(_ name: String, saying words: String?, now: Moment) throws(Refusal) {
        let channel = try known(name)
        for socket in channel.sockets {
            putOut(socket, of: channel.record.name, banned: false, saying: words, now: now)
        }
    }

    /// Closes a channel, as its owner may.
    package mutating func delete(_ name: String, saying words: String?) throws(Refusal) {
        let channel = try known(name)
        guard !channel.isConfigured else { throw .configured }
        close(channel, saying: words)
    }

    /// Does not let a person in any more, or, for a day, whoever is at an address.
    package mutating func ban(
        _ banned: Banned, from name: String, saying words: String?, now: Moment
    ) throws(Refusal) {
        let name = try known(name).record.name
        switch banned {
        case .person(let person):
            let ban = ChannelBan(channel: name, person: person.id, name: person.name, at: now.time)
            channels[name]?.bans[person.id] = ban
            outputs.append(.persist(.banned(ban)))
        case .address(let address):
            channels[name]?.bannedAddresses[address.subscriber] = now.instant + Self.addressBan
        }
        for socket in channels[name]?.sockets ?? [] where isBanned(socket, from: name, now: now) {
            putOut(socket, of: name, banned: true, saying: words, now: now)
        }
    }

    /// Lifts the ban of a person or an address; `*` lifts every ban.
    package mutating func forgive(_ banned: String, in name: String) throws(Refusal) {
        let channel = try known(name)
        if let address = IPAddress(banned)?.subscriber {
            guard channels[channel.record.name]?.bannedAddresses.removeValue(forKey: address) != nil else {
                throw .unknownPeer
            }
        } else {
            try forgive(banned, in: channel)
        }
    }

    /// Gives a channel another owner; one of the configuration may have had none.
    package mutating func give(_ name: String, to person: Person) throws(Refusal) -> ChannelRecord {
        let channel = try known(name)
        let record = channel.record.owned(by: person.id)
        own(channel, by: person.id)
        outputs.append(.persist(.given(record)))
        return record
    }

    /// Ends every socket on which somebody has shown that they are a person; tells how many there were.
    package mutating func dismiss(_ person: String, saying words: String?, now: Moment) -> Int {
        let sockets =
            writers.filter { $0.value.person?.id == person }.map(\.key)
            + speakers.filter { $0.value.person?.id == person }.map(\.key)
        for socket in sockets {
            let names =
                (writers[socket]?.names.keys).map(Array.init) ?? speakers[socket]?.seat.map { [$0.channel] } ?? []
            for name in names { putOut(socket, of: name, banned: false, saying: words, now: now) }
            close(socket, .forbidden, now: now)
        }
        return sockets.count
    }

    /// Whom an operator does not want in a channel.
    package enum Banned: Hashable, Sendable {
        case person(Person)
        case address(IPAddress)
    }

    private func known(_ name: String) throws(Refusal) -> Channel {
        guard let name = Name(name), let channel = channels[name] else { throw .unknownChannel }
        return channel
    }
}
