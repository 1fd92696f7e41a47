// SPDX-License-Identifier: Apache-2.0

internal import Check
internal import Configuration
internal import Engine
internal import Wire

/// `sterna check`: what is right with a server, and what to do about what is not.
enum CheckVerb {
    static let verb = Verb(
        name: "check", summary: "says what is right with a server, and what to do about what is not",
        usage: "check [URI] [OPTION…]",
        details: """
            Without a URI it looks at the server of this machine: its configuration, the machine, the
            certificate, STUN and TURN over every transport, and what a stranger could do with it.
            With one, as in turn:turn.example.org?transport=udp, at any TURN server.

            --user NAME            who to be at that server, with
            --password-file FILE   the password, first line of a file; “-” for standard input
            --secret-file FILE     or a TURN REST secret, likewise; --secret SECRET shows it to other users
            --host NAME            the name that clients use, when it is not that of the URI or public-url
            --ca FILE              trust these authorities, and not those of the system
            --observer HOST[:PORT] a STUN server outside, which is asked what it sees this machine as
            --offline              looks only at what is on this machine
            --json                 for programs
            --config FILE          another configuration than \(Input.File.standardPath)

            Exits with 0 when all is well, with 1 when there are warnings, with 2 when something does
            not work.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        var options = CheckOptions()
        do throws(CheckOptions.Mistake) {
            options = try CheckOptions(words)
        } catch {
            Terminal.complain("sterna check: \(error.explanation)")
            return Exit.usage
        }
        let printer = FindingPrinter(asJSON: options.isJSON)
        do {
            var plan = try options.plan()
            plan.isOffline = options.isOffline
            let checkup = try Checkup(plan, report: printer.tell, progress: printer.progress)
            checkup.run()
            printer.finish(
                checkup.findings, iceServers: checkup.iceServers, elsewhere: checkup.elsewhere,
                exitCode: checkup.exitCode)
            return checkup.exitCode
        } catch let mistake as CheckOptions.Mistake {
            Terminal.complain("sterna check: \(mistake.explanation)")
            return mistake.isUsage ? Exit.usage : 2
        } catch {
            Terminal.complain("sterna check: \(error)")
            return 2
        }
    }
}
