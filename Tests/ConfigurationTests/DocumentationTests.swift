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

    @Test("every commented default can be uncommented")
    func uncommented() {
        let lines = DefaultFile.text.split(separator: "\n").filter { $0.hasPrefix("#") && !$0.hasPrefix("# ") }
            .map { $0.dropFirst() }.filter { !$0.contains("<") && !$0.contains("…") && $0 != "use-auth-secret" }
        #expect(lines.count > 20)
        let verdict = Input(file: .init(path: "sterna.conf", text: lines.joined(separator: "\n"))).verdict()
        #expect(verdict.errors.isEmpty)
    }

    @Test("a sentence says something and ends", arguments: Setting.groups.flatMap(\.settings))
    func sentences(setting: Setting) {
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

    /// Compares a file with what it should hold; with `STERNA_WRITE_DOCUMENTATION=1` writes that instead.
    static func compare(_ path: String, with expected: String) throws {
        if let wish = unsafe getenv("STERNA_WRITE_DOCUMENTATION"), unsafe String(cString: wish) == "1" {
            let file = unsafe fopen("\(root)/\(path)", "w")
            _ = unsafe fputs(expected, file)
            _ = unsafe fclose(file)
        }
        let text = try text(path)
        #expect(
            text == expected,
            "\(path) differs from the table of settings; swift test with STERNA_WRITE_DOCUMENTATION=1 writes it anew"
        )
    }
}
