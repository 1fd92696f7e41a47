// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// `sterna kick`: ends sessions.
enum KickVerb {
    static let verb = Verb(
        name: "kick", summary: "ends sessions of the running server",
        usage: "kick (ID|--user NAME|--address ADDRESS) [--socket PATH] [--config FILE]",
        details: """
            ID                  one session, as “sterna sessions” names it
            --user NAME         all of one user, without the time in front of TURN REST names
            --address ADDRESS   all of one client address, with or without its port

            A client with good credentials may come back; delete the user or retire the secret first.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        Talk.run("kick") { () throws(Complaint) in
            var words = words
            var request = try SessionsVerb.request("kick", taking: &words)
            let path = try AdminClient.path(taking: &words)
            if let id = words.first, !id.hasPrefix("-"), case .object(let members) = request {
                request = .object(members + [.init("id", .string(id))])
                words.removeFirst()
            }
            try Talk.expectEmpty(words)
            guard case .object(let members) = request, members.count > 1 else {
                throw .usage("whom? Name the ID of a session, --user NAME or --address ADDRESS")
            }
            var client = try AdminClient(at: path)
            let kicked = try client.ask(request)["kicked"]?.integer ?? 0
            guard kicked > 0 else { throw .data("there is no such session; “sterna sessions” lists them") }
            Terminal.say(kicked == 1 ? "1 session was ended" : "\(kicked) sessions were ended")
        }
    }
}
