// SPDX-License-Identifier: Apache-2.0
import Configuration
import Glibc
import Testing

@Suite("The documentation of the settings")
struct DocumentationTests {
    @Test("the shipped sterna.conf is what the table says")
    func shippedFile() throws {
        try Repository.compare("etc/sterna.conf", with: DefaultFile.text)
    }

    @Test("the shipped sterna.conf has nothing to complain about")
    func shippedFileIsRight() {
        let verdict = Input(file: .init(path: "sterna.conf", text: DefaultFile.text)).verdict()
        #expect(verdict.problems.isEmpty)
        #expect(verdict.settings?.webPort == 80)
    }

    @Test("sterna.conf(5) and the page for those who come from coturn say what the table says")
    func manual() throws {
        try Repository.compare("man/sterna.conf.5", section: "settings", with: ManualPages.settings)
        try Repository.compare("docs/moving-from-coturn.md", section: "deviations", with: ManualPages.deviations)
        try Repository.compare("docs/moving-from-coturn.md", section: "missing", with: ManualPages.missing)
    }

    @Test(
        "pages name no setting that does not exist",
        arguments: [
            "README.md", "docs/architecture.md", "docs/moving-from-coturn.md", "docs/protocol.md", "CONTRIBUTING.md",
            "man/sterna.8",
        ])
    func mentions(path: String) throws {
        let text = try Repository.text(path).replacing("\\-", with: "-")
        // `key=value` in code, in roff's bold, or after two dashes.
        for match in text.matches(of: /(?:`|\\fB|--)([a-z][a-z0-9_-]+)=/) {
            #expect(Setting.byKey[String(match.1)] != nil, "\(path) names “\(match.1)=”")
        }
    }

    @Test("every commented default can be uncommented")
    func uncommented() {
        // Secrets have to be filled in, and without UDP and TCP together nothing would be left to serve.
        let lines = DefaultFile.text.split(separator: "\n").filter { $0.hasPrefix("#") && !$0.hasPrefix("# ") }
            .map { $0.dropFirst() }.filter {
                !$0.contains("<") && !$0.contains("…") && !["use-auth-secret", "no-udp"].contains($0)
            }
        #expect(lines.count > 20)
        let verdict = Input(file: .init(path: "sterna.conf", text: lines.joined(separator: "\n"))).verdict()
        #expect(verdict.errors.isEmpty)
    }

    @Test("a sentence says something and ends", arguments: Setting.groups.flatMap(\.settings).map(\.key))
    func sentences(key: String) throws {
        let setting = try #require(Setting.byKey[key])
        #expect(setting.sentence.hasSuffix("."))
        #expect(setting.sentence.count > 10)
        #expect(!setting.expected.isEmpty)
    }

    @Test("no key is there twice, and none differs from another only in its case")
    func unique() {
        #expect(Setting.byKey.count == Setting.all.count)
        let lower = Dictionary(grouping: Setting.all.map(\.key)) { $0.lowercased() }
        #expect(lower.values.filter { $0.count > 1 } == [["verbose", "Verbose"]])
    }

    @Test("every default is a value that may be written")
    func defaults() {
        for setting in Setting.groups.flatMap(\.settings) where setting.standing == .supported {
            guard let value = setting.defaultValue else { continue }
            let verdict = Input(file: nil, arguments: ["--\(setting.key)=\(value)", "--web-port=80"]).verdict()
            #expect(verdict.settings != nil, "\(setting.key)=\(value)")
        }
    }
}

/// The files of the repository that the table is held against.
enum Repository {
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    static func text(_ path: String) throws -> String {
        try Input.File(reading: "\(root)/\(path)").text
    }

    /// Compares a file with what it should hold; with `WRITE_DOCUMENTATION=1` writes that instead.
    static func compare(_ path: String, with expected: String) throws {
        if let wish = unsafe getenv("WRITE_DOCUMENTATION"), unsafe String(cString: wish) == "1" {
            let file = unsafe fopen("\(root)/\(path)", "w")
            _ = unsafe fputs(expected, file)
            _ = unsafe fclose(file)
        }
        let text = try text(path)
        #expect(
            text == expected,
            "\(path) differs from the table of settings; swift test with WRITE_DOCUMENTATION=1 writes it anew")
    }

    /// The same for what stands between the lines that hold `begin: NAME` and `end: NAME`.
    static func compare(_ path: String, section name: String, with expected: String) throws {
        let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
        let begin = try #require(lines.firstIndex { $0.contains("begin: \(name) ") }, "\(path) has no section \(name)")
        let end = try #require(lines[begin...].firstIndex { $0.contains("end: \(name) ") })
        let whole = lines[...begin] + expected.split(separator: "\n", omittingEmptySubsequences: false) + lines[end...]
        try compare(path, with: whole.joined(separator: "\n"))
    }
}
