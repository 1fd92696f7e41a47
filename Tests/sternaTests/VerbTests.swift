// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing
import Wire

@testable import sterna

@Suite("The verbs")
struct VerbTests {
    @Test("each has its paragraph in sterna(8), with every option of its usage", arguments: Verb.all.map(\.name))
    func manual(name: String) throws {
        let verb = try #require(Verb.named(name))
        let page = try Self.manual()
        #expect(page.contains("\\fB\(name)\\fR"))
        for option in verb.usage.matches(of: /--[a-z][a-z-]*[a-z]/).map({ String($0.0) }) where option != "--key" {
            #expect(page.contains("\\fB" + option.replacing("-", with: "\\-") + "\\fR"), "sterna(8) lacks \(option)")
        }
    }

    @Test("are the only ones that sterna(8) has")
    func noOther() throws {
        let section = try #require(try Self.manual().split(separator: ".SH ").first { $0.hasPrefix("VERBS") })
        let names = section.matches(of: /\.TP\n\\fB([a-z]+)\\fR/).map { String($0.1) }
        #expect(Set(names) == Set(Verb.all.map(\.name)))
    }

    @Test("have every option that sterna(8) gives them, and sterna(8) no other")
    func noOtherOption() throws {
        let section = try #require(try Self.manual().split(separator: ".SH ").first { $0.hasPrefix("VERBS") })
        for paragraph in section.split(separator: ".TP\n").dropFirst() {
            // What stands behind the last verb is about all of them.
            let entry = paragraph.split(separator: "\n.PP").first ?? ""
            guard let name = entry.firstMatch(of: /^\\fB([a-z]+)\\fR/).map({ String($0.1) }),
                let verb = Verb.named(name)
            else { continue }
            for match in entry.matches(of: /\\fB(\\-\\-[a-z\\-]+)\\fR/) {
                let option = String(match.1).replacing("\\-", with: "-")
                let isKnown =
                    (verb.usage + verb.details).contains(option) || Setting.byKey[String(option.dropFirst(2))] != nil
                #expect(isKnown, "sterna(8) gives \(name) the option \(option)")
            }
        }
    }

    @Test("are explained, each in one line of the overview", arguments: Verb.all.map(\.name))
    func help(name: String) throws {
        let verb = try #require(Verb.named(name))
        #expect(Help.overview.contains("  \(name)"))
        #expect(verb.usage.hasPrefix(name))
        #expect(!verb.summary.isEmpty && !verb.summary.hasSuffix("."))
    }

    @Test("take --config FILE and settings in any order")
    func options() throws {
        let path = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/etc/sterna.dev.conf"
        for words in [
            ["--config", path, "--web-port=8081"], ["--web-port", "8081", "-c", path],
            ["--config=\(path)", "--web-port=8081"],
        ] {
            let option = try ConfigurationOption(words)
            #expect(option.verdict.settings?.webPort == 8081)
            #expect(option.verdict.problems.isEmpty)
        }
    }

    @Test("say what is wrong with a file that cannot be read")
    func unreadable() {
        #expect(throws: Problem.self) { _ = try ConfigurationOption(["--config", "/nonexistent/sterna.conf"]) }
        #expect(throws: Problem.self) { _ = try ConfigurationOption(["--config"]) }
    }

    @Test("write what is put into their words escaped, and their own words as they are")
    func escaped() {
        let name = "eve\u{1B}[2J\nroot  1 TB\u{202E}"
        let words: TerminalText = "two\nlines of \(name)"
        #expect(words.text == "two\nlines of eve\\u001b[2J\\nroot  1 TB\\u202e")
        #expect(("a" + words).text == "a\(words.text)")
        #expect(("\(words)" as TerminalText) == words)
        #expect(TerminalText(["name": .string("a\u{9B}m\nb")]).text == #"{"name":"a\u009bm\nb"}"#)
    }

    @Test("make one row of one session, whatever its user is called")
    func rows() {
        let session: JSON = ["user": "eve\n1.9.9   admin", "client": "192.0.2.1:1", "relayed": ["192.0.2.2:2"]]
        let lines = Table.lines(SessionRow.headings, [SessionRow(session).cells])
        #expect(lines.count == 2)
        for line in lines { #expect(!line.text.contains("\n")) }
        var top = TopView()
        top.take(["version": "1\n2"], [SessionRow(session)])
        for line in top.lines(rows: .max) { #expect(!line.text.contains("\n")) }
    }

    private static func manual() throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        return try Input.File(reading: "\(root)/man/sterna.8").text
    }
}
