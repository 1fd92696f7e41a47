// SPDX-License-Identifier: Apache-2.0

internal import Crypto
package import Wire

/// What the person who made a channel may do with it, over HTTP. Channels of the configuration belong to nobody.
extension Channels {
    /// How long an address stays banned; kept in memory alone, because others may have it later.
    static let addressBan = Duration.seconds(86_400)

    /// `POST /api/channels`, by a person who has shown who they are.
    ///
    /// - Parameter address: Where the person is.
    package mutating func create(
        _ request: ChannelRequest, by person: Person, from address: IPAddress? = nil, now: Moment
    ) throws(Refusal) -> ChannelRecord {
        guard channels[request.name] == nil else { throw .nameTaken }
        if let other = likeness(of: request.name) { throw .looksLike(other) }
        guard channels.count < settings.maxChannels else { throw .tooManyChannels }
        let maker = address?.subscriber
        guard countsOfPeople[person.id] ?? 0 < settings.maxOfPerson,
            maker.map({ countsOfAddresses[$0] ?? 0 < settings.maxOfAddress }) ?? true
        else { throw .tooManyOfOne }
        let record = ChannelRecord(
            name: request.name, kind: request.kind, owner: person.id, isUnlisted: request.isUnlisted,
            key: request.isUnlisted ? Base58.encode(random.bytes(16)) : nil, createdAt: now.time)
        add(record)
        if let maker {
            channels[record.name]?.maker = maker
            countsOfAddresses[maker, default: 0] += 1
        }
        formerNames[record.name] = nil
        outputs.append(.persist(.made(record)))
        return record
    }

    /// `PATCH /api/channels/{name}`: those inside stay inside.
    package mutating func rename(_ name: String, to new: Name, by person: Person, now: Moment) throws(Refusal)
        -> ChannelRecord
    {
        let channel = try owned(name, by: person)
        let old = channel.record.name
        guard new != old else { return channel.record }
        guard channels[new] == nil else { throw .nameTaken }
        if let other = likeness(of: new, except: old) { throw .looksLike(other) }
        forget(old)
        know(new)
        var renamed = channel
        renamed.record = channel.record.named(new)
        renamed.alarm = nil
        channels[old] = nil
        channels[new] = renamed
        order = order.map { $0 == old ? new : $0 }
        for socket in channel.sockets {
            if let own = writers[socket]?.names.removeValue(forKey: old) { writers[socket]?.names[new] = own }
            speakers[socket]?.seat?.channel = new
        }
        // What waits for the disk is told under the new name.
        if !waiting.isEmpty {
            for (former, current) in formerNames where current == old { formerNames[former] = new }
            formerNames[old] = new
            formerNames[new] = nil
        }
        outputs.append(.persist(.renamed(old, to: new)))
        broadcast(
            to: new, "renamed", [.init("channel", .string(old.description)), .init("name", .string(new.description))])
        setAlarm(new, at: nextWake(new))
        return renamed.record
    }

    /// `DELETE /api/channels/{name}`: everybody is put out, and the messages are deleted.
    package mutating func close(_ name: String, by person: Person, now: Moment) throws(Refusal) {
        close(try owned(name, by: person))
    }

    mutating func close(_ channel: Channel, saying words: String? = nil) {
        let name = channel.record.name
        broadcast(to: name, "closed", [.init("channel", .string(name.description))] + Self.reason(words))
        for socket in channel.sockets {
            writers[socket]?.names[name] = nil
            standUp(socket)
        }
        outputs.append(.scope(.ended(room: channel.scope)))
        channels[name] = nil
        forget(name)
        uncount(channel)
        order.removeAll { $0 == name }
        outputs.append(.persist(.closed(name)))
    }

    /// A channel is no more its owner's.
    private mutating func uncount(_ channel: Channel) {
        if let owner = channel.record.owner { uncount(owner: owner) }
        if let maker = channel.maker {
            let others = (countsOfAddresses[maker] ?? 1) - 1
            countsOfAddresses[maker] = others > 0 ? others : nil
        }
    }

    /// `DELETE /api/channels/{name}/peers/{peerId}`: puts one out, and with `ban` does not let them in again.
    package mutating func kick(
        _ peer: String, from name: String, ban: Bool, by person: Person, now: Moment
    ) throws(Refusal) {
        let channel = try owned(name, by: person)
        let name = channel.record.name
        guard let socket = channel.sockets.first(where: { (writers[$0]?.peer ?? speakers[$0]?.peer) == peer }) else {
            throw .unknownPeer
        }
        if ban { self.ban(socket, from: name, now: now) }
        let person = self.person(on: socket)
        for other in channel.sockets {
            let isSame = other == socket || person != nil && self.person(on: other) == person
            if isSame || ban && isBanned(other, from: name, now: now) { putOut(other, of: name, banned: ban, now: now) }
        }
    }

    /// Who has shown who they are on a socket, of whichever kind.
    func person(on socket: Socket) -> Person? { writers[socket]?.person ?? speakers[socket]?.person }

    /// The member that tells why an operator has done something.
    static func reason(_ words: String?) -> [JSON.Member] { words.map { [.init("message", .string($0))] } ?? [] }

    mutating func putOut(_ socket: Socket, of name: Name, banned: Bool, saying words: String? = nil, now: Moment) {
        send(
            socket, "kicked",
            [.init("channel", .string(name.description)), .init("banned", .boolean(banned))] + Self.reason(words))
        if writers[socket] != nil {
            writers[socket]?.names[name] = nil
            quit(name, socket, now: now)
        } else {
            vacate(socket, because: .kicked, now: now)
        }
    }

    private mutating func ban(_ socket: Socket, from name: Name, now: Moment) {
        if let address = addresses[socket]?.subscriber {
            channels[name]?.bannedAddresses[address] = now.instant + Self.addressBan
        }
        guard let person = person(on: socket), let shown = writers[socket]?.names[name] ?? speakers[socket]?.seat?.name
        else { return }
        let ban = ChannelBan(channel: name, person: person.id, name: shown, at: now.time)
        channels[name]?.bans[person.id] = ban
        outputs.append(.persist(.banned(ban)))
    }

    /// `GET /api/channels/{name}/bans`
    package func bans(in name: String, for person: Person) throws(Refusal) -> JSON {
        let bans = try owned(name, by: person).bans.values.sorted { ($0.at, $0.person) < ($1.at, $1.person) }
        return .array(
            bans.map { ban in
                [
                    "userId": .string(ban.person), "name": .string(ban.name.description),
                    "at": .string(ban.at.description),
                ]
            })
    }

    /// `DELETE /api/channels/{name}/bans/{userId}`; `*` lifts every ban, those of addresses too.
    package mutating func forgive(_ banned: String, in name: String, by person: Person) throws(Refusal) {
        try forgive(banned, in: try owned(name, by: person))
    }

    mutating func forgive(_ banned: String, in channel: Channel) throws(Refusal) {
        let name = channel.record.name
        guard banned == "*" || channel.bans[banned] != nil else { throw .unknownPeer }
        for id in banned == "*" ? Array(channel.bans.keys) : [banned] {
            channels[name]?.bans[id] = nil
            outputs.append(.persist(.forgiven(person: id, in: name)))
        }
        if banned == "*" { channels[name]?.bannedAddresses = [:] }
    }

    /// Whether somebody may not come in.
    mutating func isBanned(_ socket: Socket, from name: Name, now: Moment) -> Bool {
        guard let address = addresses[socket] else { return false }
        return isBanned(person(on: socket), at: address, from: name, now: now)
    }

    /// Whether a person, or whoever is at an address, is not wanted in a channel. Who made it may share an address with
    /// somebody who is not.
    package mutating func isBanned(_ person: Person?, at address: IPAddress, from name: Name, now: Moment) -> Bool {
        guard let channel = channels[name] else { return false }
        if let person {
            if channel.bans[person.id] != nil { return true }
            if channel.record.owner == person.id { return false }
        }
        guard let until = channel.bannedAddresses[address.subscriber] else { return false }
        if now.instant < until { return true }
        channels[name]?.bannedAddresses[address.subscriber] = nil
        return false
    }

    private func owned(_ name: String, by person: Person) throws(Refusal) -> Channel {
        guard let name = Name(name), let channel = channels[name] else { throw .unknownChannel }
        guard channel.record.owner == person.id else { throw .notOwner }
        return channel
    }
}
