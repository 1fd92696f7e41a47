// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// `sterna rooms`, `channels` and `people`: what an operator does against abuse.
enum ModerationVerbs {
    static let rooms = Verb(
        name: "rooms", summary: "lists the rooms of the running server, and ends them",
        usage:
            "rooms list|show ROOM|end ROOM|delete ROOM [--all] [--reason TEXT] [--json] [--socket PATH] [--config FILE]",
        details: """
            list            the rooms whose links are good; with --all those that have ended, too
            show ROOM       one room and who is inside
            end ROOM        puts everybody out; the link says that the room has ended
            delete ROOM     the same, and forgets it: the link is answered as if it had never been
            --reason TEXT   is told to those inside, and stands in the log
            --json          prints a line of JSON for each, as sterna-protocol(7) has it

            ROOM is the name that lists and the log have, which opens nothing, or the room's link.
            """,
        run: { run("rooms", RoomRow.self, $0) })

    static let channels = Verb(
        name: "channels", summary: "lists the channels of the running server, and keeps order in them",
        usage: """
            channels list|show NAME|end NAME|ban NAME WHOM|unban NAME WHOM|delete NAME|give NAME USERID [--reason TEXT] \
            [--json] [--socket PATH] [--config FILE]
            """,
        details: """
            list               every channel, unlisted ones too
            show NAME          one channel: who is inside, with userIds and addresses, and who is banned
            end NAME           puts everybody out; they may come back
            ban NAME WHOM      lets a userId in no more, or an address for a day
            unban NAME WHOM    lifts such a ban; “*” lifts all of the channel
            delete NAME        closes the channel and deletes its messages
            give NAME USERID   makes a person its owner, who may rename, ban, delete messages and close it
            --reason TEXT      is told to those who are put out, and stands in the log
            --json             prints a line of JSON for each, as sterna-protocol(7) has it

            What begins with “-” goes behind “--”.
            """,
        run: { run("channels", ChannelRow.self, $0) })

    static let people = Verb(
        name: "people", summary: "lists the people of the running server, and bans them",
        usage: """
            people list|show USERID|end USERID|ban USERID|unban USERID|delete USERID [--reason TEXT] [--json] \
            [--socket PATH] [--config FILE]
            """,
        details: """
            list            everybody who has made themselves a name here
            show USERID     one person
            end USERID      ends all of their sockets; they may come back
            ban USERID      the same, and what they are known by is good for nothing any more
            unban USERID    lets them in again
            delete USERID   ends their sockets and forgets them, with their chats
            --reason TEXT   is told to them, and stands in the log
            --json          prints a line of JSON for each, as sterna-protocol(7) has it

            A name costs nothing: who is banned may come back under another. Channels ban addresses, too.
            """,
        run: { run("people", PersonRow.self, $0) })

    /// The words that an action takes.
    private static let actions: [String: [String: Int]] = [
        "rooms": ["list": 0, "show": 1, "end": 1, "delete": 1],
        "channels": ["list": 0, "show": 1, "end": 1, "ban": 2, "unban": 2, "delete": 1, "give": 2],
        "people": ["list": 0, "show": 1, "end": 1, "ban": 1, "unban": 1, "delete": 1],
    ]

    private static func run(_ verb: String, _ row: any ModerationRow.Type, _ words: [String]) -> Int32 {
        Talk.run(verb) { () throws(Complaint) in
            let given = words.firstIndex(of: "--").map { Array(words[($0 + 1)...]) } ?? []
            var words = words.firstIndex(of: "--").map { Array(words[..<$0]) } ?? words
            let (isJSON, isAll) = (words.contains("--json"), words.contains("--all"))
            words.removeAll { $0 == "--json" || $0 == "--all" && verb == "rooms" }
            let reason = try Words.take("--reason", from: &words)
            let path = try AdminClient.path(taking: &words)
            if let word = words.first(where: { $0.hasPrefix("--") }) { try Talk.expectEmpty([word]) }
            words += given
            guard let action = words.first, let count = actions[verb]?[action] else {
                let known = (actions[verb] ?? [:]).keys.sorted().joined(separator: ", ")
                throw .usage("“\(words.first ?? "")” is not understood; one of these would be: \(known)")
            }
            words.removeFirst()
            guard words.count >= count else {
                throw .usage(
                    "\(action) needs \(count == 2 ? "two words" : "a word") more; “sterna help \(verb)” says which")
            }
            try Talk.expectEmpty(Array(words.dropFirst(count)))
            var request = [JSON.Member("do", .string(verb)), .init("action", .string(action))]
            for (name, word) in zip(["id", "whom"], words) { request.append(.init(name, .string(word))) }
            if let reason { request.append(.init("reason", .string(reason))) }
            var entries: [JSON] = []
            var client = try AdminClient(at: path)
            try client.ask(.object(request)) { line in
                guard let entry = line["entry"] else { return }
                let isShown = action != "list" || isAll || entry["status"]?.string != "ended"
                if isShown { entries.append(entry) }
            }
            tell(entries, of: verb, as: row, action, words, isJSON: isJSON)
        }
    }

    private static func tell(
        _ entries: [JSON], of verb: String, as row: any ModerationRow.Type, _ action: String, _ words: [String],
        isJSON: Bool
    ) {
        switch action {
        case "list", "show":
            if isJSON {
                for entry in entries { Terminal.say(TerminalText(entry)) }
            } else if action == "show" {
                for entry in entries { for line in lines(entry) { Terminal.say(line) } }
            } else if entries.isEmpty {
                Terminal.complain("no \(verb)")
            } else {
                for line in Table.lines(row.headings, entries.map { row.cells($0) }) { Terminal.say(line) }
            }
        case "give": Terminal.say("\(words[0]) belongs to \(words[1]) now")
        case "ban": Terminal.say("\(words.last ?? "") is banned\(words.count > 1 ? " from \(words[0])" : "")")
        case "unban": Terminal.say("\(words.last ?? "") is not banned any more")
        case "delete": Terminal.say("\(words[0]) is deleted")
        default: Terminal.say("\(words[0]): everybody was put out")
        }
    }

    /// A line for each member, and for each of a list.
    private static func lines(_ entry: JSON) -> [TerminalText] {
        (entry.object ?? []).flatMap { member -> [TerminalText] in
            if let list = member.value.array, !list.isEmpty {
                return list.map { "\(member.name): \(plain($0))" }
            }
            return ["\(member.name): \(plain(member.value))"]
        }
    }

    private static func plain(_ value: JSON) -> String {
        switch value {
        case .null, .array([]): "–"
        case .string(let text): text
        case .object(let members): members.map { "\($0.name) \(plain($0.value))" }.joined(separator: ", ")
        default: String(decoding: value.bytes, as: UTF8.self)
        }
    }
}

/// How a list shows one of its entries.
protocol ModerationRow {
    static var headings: [String] { get }
    static func cells(_ entry: JSON) -> [String]
}

private enum RoomRow: ModerationRow {
    static var headings: [String] { ["ROOM", "STATUS", "INSIDE", "OF", "MADE", "ENDS"] }

    static func cells(_ entry: JSON) -> [String] {
        [
            entry["id"]?.string ?? "", entry["ended"]?.string ?? entry["status"]?.string ?? "",
            "\(entry["participants"]?.integer ?? 0)", "\(entry["maxParticipants"]?.integer ?? 0)",
            entry["createdAt"]?.string ?? "", entry["expiresAt"]?.string ?? "",
        ]
    }
}

private enum ChannelRow: ModerationRow {
    static var headings: [String] { ["NAME", "KIND", "INSIDE", "OWNER", "LISTED", "BANNED"] }

    static func cells(_ entry: JSON) -> [String] {
        let banned = (entry["bans"]?.array?.count ?? 0) + (entry["bannedAddresses"]?.array?.count ?? 0)
        return [
            entry["id"]?.string ?? "", entry["kind"]?.string ?? "", "\(entry["online"]?.integer ?? 0)",
            entry["owner"]?.string ?? "nobody", entry["unlisted"]?.boolean == true ? "no" : "yes", "\(banned)",
        ]
    }
}

private enum PersonRow: ModerationRow {
    static var headings: [String] { ["USERID", "NAME", "DEVICES", "MADE", "BANNED"] }

    static func cells(_ entry: JSON) -> [String] {
        let ban = entry["banned"]
        return [
            entry["id"]?.string ?? "", entry["name"]?.string ?? "", "\(entry["devices"]?.integer ?? 0)",
            entry["createdAt"]?.string ?? "",
            ban?.object == nil ? "" : ban?["reason"]?.string ?? "yes",
        ]
    }
}
