// SPDX-License-Identifier: Apache-2.0
import Testing

/// What people read before the sources.
@Suite("The papers")
struct PaperTests {
    static let papers = SourceTree.files(under: "", ending: ".md").filter { !$0.path.hasPrefix(".") }

    @Test("link to what exists")
    func links() {
        #expect(Self.papers.contains { $0.path == "README.md" })
        for paper in Self.papers {
            let folder = paper.path.split(separator: "/").dropLast().joined(separator: "/")
            for link in paper.text.matches(of: /\]\(([^)#:]+)(?:#[^)]*)?\)/).map({ String($0.1) }) {
                #expect(
                    SourceTree.exists(folder.isEmpty ? link : "\(folder)/\(link)"), "\(paper.path) links to \(link)")
            }
        }
    }

    @Test("docs/architecture.md has a place for every module, and for no other")
    func modules() throws {
        let paper = try #require(Self.papers.first { $0.path == "docs/architecture.md" })
        let rows = paper.lines.filter { $0.hasPrefix("| `") }.flatMap { row in
            row.dropFirst().prefix { $0 != "|" }.matches(of: /`([A-Za-z]+)`/).map { String($0.1) }
        }
        let folders = SourceTree.folders(in: "Sources")
        for module in LayeringTests.modules { #expect(rows.contains(module), "\(module) has no row") }
        for row in rows { #expect(folders.contains(row), "\(row) has a row and no folder") }
    }

    @Test("docs/architecture.md names a module's folders as they are")
    func subfolders() throws {
        let paper = try #require(Self.papers.first { $0.path == "docs/architecture.md" })
        for row in paper.lines where row.hasPrefix("| `") {
            guard let module = row.firstMatch(of: /^\| `([A-Za-z]+)` \|/).map({ String($0.1) }) else { continue }
            for match in row.matches(of: /`([A-Za-z]+)\/`/) {
                #expect(SourceTree.exists("Sources/\(module)/\(match.1)"), "\(module) has no \(match.1)")
            }
        }
    }

    @Test("docs/architecture.md names folders that exist")
    func folders() throws {
        let paper = try #require(Self.papers.first { $0.path == "docs/architecture.md" })
        for match in paper.text.matches(of: /`([A-Za-z]+\/[A-Za-z.\/]+)`/) {
            let path = String(match.1)
            let isThere = ["", "Sources/"].contains { SourceTree.exists($0 + path) }
            #expect(isThere, "docs/architecture.md names \(path)")
        }
    }
}
