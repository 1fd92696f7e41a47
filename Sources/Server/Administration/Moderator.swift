// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Signaling
internal import Wire

/// Does what operators ask of rooms, channels and people. Lives on the web loop, and answers once it is on the disk.
final class Moderator {
    typealias Done = (WebAnswer.Content) -> Void

    private let services: SiteServices
    private let records: Records
    private unowned let loop: Loop
    private let log: Log

    init(_ services: SiteServices, records: Records, on loop: Loop, log: Log) {
        (self.services, self.records, self.loop, self.log) = (services, records, loop, log)
    }

    func answer(_ question: WebInquiry.Question, _ done: @escaping Done) {
        switch question {
        case .census: done(.census(services.rooms.census))
        case .moderate(let order):
            switch order.subject {
            case .rooms: rooms(order, done)
            case .channels: channels(order, done)
            case .people: people(order, done)
            }
        }
    }

    // MARK: - Rooms

    private func rooms(_ order: ModerationOrder, _ done: @escaping Done) {
        let rooms = services.rooms
        switch order.action {
        case .names: return done(.names(rooms.tokens))
        case .entries(let tokens): return done(.entries(tokens.compactMap { rooms.entry(of: $0) }))
        default: break
        }
        let found = rooms.tokens(named: order.id)
        guard let token = found.first else {
            return done(
                .refused("there is no room “\(order.id)”; “sterna rooms list” has them, and a link names one, too"))
        }
        guard found.count == 1 else {
            return done(.refused("two rooms are called \(order.id) in the log; name the link"))
        }
        if order.action == .show { return done(.entries([rooms.entry(of: token)].compactMap(\.self))) }
        let name = rooms.entry(of: token)?["id"]?.string ?? order.id
        do throws(Rooms.Refusal) {
            try rooms.end(token, deleting: order.action == .delete, saying: order.reason) { [self] isWritten in
                finish(order, "room", name, isWritten, done)
            }
        } catch {
            done(.refused("room “\(order.id)” has ended already; “delete” forgets it"))
        }
    }

    // MARK: - Channels

    private func channels(_ order: ModerationOrder, _ done: @escaping Done) {
        let channels = services.channels
        switch order.action {
        case .names: return done(.names(channels.names.map(\.description)))
        case .entries(let names):
            return done(.entries(names.compactMap { Name($0).flatMap { channels.entry(of: $0) } }))
        case .show:
            guard let entry = Name(order.id).flatMap({ channels.entry(of: $0) }) else {
                return done(.refused(Self.sentence(.unknownChannel, order)))
            }
            return done(.entries([entry]))
        default: break
        }
        do throws(Channels.Refusal) {
            try channels.change { (machine, now) throws(Channels.Refusal) in
                switch order.action {
                case .end: try machine.end(order.id, saying: order.reason, now: now)
                case .ban: try machine.ban(try self.banned(order), from: order.id, saying: order.reason, now: now)
                case .unban: try machine.forgive(order.whom, in: order.id)
                case .give:
                    guard let person = self.services.people.person(order.whom) else { throw .unknownPeer }
                    _ = try machine.give(order.id, to: person)
                default: try machine.delete(order.id, saying: order.reason)
                }
            } done: { [self] _, isWritten in
                finish(order, "channel", order.id, isWritten, done)
            }
        } catch {
            done(.refused(Self.sentence(error, order)))
        }
    }

    private func banned(_ order: ModerationOrder) throws(Channels.Refusal) -> Channels.Banned {
        if let address = IPAddress(order.whom) { return .address(address.unmapped) }
        guard let person = services.people.person(order.whom) else { throw .nobody }
        return .person(person)
    }

    private static func sentence(_ refusal: Channels.Refusal, _ order: ModerationOrder) -> String {
        switch refusal {
        case .configured:
            "“\(order.id)” is in the configuration: take its line “channel=” away and restart"
        case .nobody:
            "“\(order.whom)” is neither the userId of a person nor an address; “sterna channels show” has those inside"
        case .unknownPeer where order.action == .give:
            "there is no person “\(order.whom)”; “sterna people list” has them"
        case .unknownPeer: "“\(order.whom)” is not banned there; “sterna channels show” has who is"
        default: "there is no channel “\(order.id)”; “sterna channels list” has them"
        }
    }

    // MARK: - People

    private func people(_ order: ModerationOrder, _ done: @escaping Done) {
        let people = services.people
        switch order.action {
        case .names: return done(.names(people.ids))
        case .entries(let ids): return done(.entries(ids.compactMap { entry(of: $0) }))
        default: break
        }
        guard let entry = entry(of: order.id) else {
            return done(.refused("there is no person “\(order.id)”; “sterna people list” has them"))
        }
        switch order.action {
        case .show: return done(.entries([entry]))
        case .end: putOut(order)
        case .ban:
            people.ban(PersonBan(person: order.id, reason: order.reason, at: loop.now.time))
            putOut(order)
        case .unban:
            guard people.forgive(order.id) else { return done(.refused("“\(order.id)” is not banned")) }
        default:
            putOut(order)
            services.calls.forget(order.id)
            people.delete(order.id)
        }
        records.whenWritten { [self] in finish(order, "person", order.id, $0, done) }
    }

    private func putOut(_ order: ModerationOrder) {
        _ = services.channels.dismiss(order.id, saying: order.reason)
        _ = services.calls.dismiss(order.id)
    }

    private func entry(of id: String) -> JSON? {
        services.people.entry(of: id).map {
            .object($0 + [.init("devices", .integer(Int64(services.calls.devices(of: id))))])
        }
    }

    // MARK: - The log

    private func finish(_ order: ModerationOrder, _ noun: String, _ name: String, _ isWritten: Bool, _ done: Done) {
        var fields: [(name: String, value: LogValue)] = [
            (name: noun, value: .text(name)), (name: "action", value: .text(order.word)),
        ]
        if !order.whom.isEmpty { fields.append((name: "whom", value: .text(order.whom))) }
        if let reason = order.reason { fields.append((name: "reason", value: .text(reason))) }
        log.write(.moderation, "an operator's order was done", fields)
        done(
            isWritten
                ? .done : .refused("done, but not stored: the server's disk is in trouble, and a restart undoes it"))
    }
}
