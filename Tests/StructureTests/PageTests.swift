// SPDX-License-Identifier: Apache-2.0
import Testing

/// A file is a page about one thing.
@Suite("The pages")
struct PageTests {
    static let files = SourceTree.swiftFiles(under: "Sources") + SourceTree.swiftFiles(under: "Tests")

    @Test("begin with the licence")
    func licence() {
        let first = "// SPDX-License-Identifier: Apache-2.0"
        #expect(Self.files.filter { $0.lines.first != first[...] }.map(\.path) == [])
    }

    @Test("have at most 400 lines")
    func length() {
        #expect(Self.files.filter { $0.lines.count > 400 }.map { "\($0.path): \($0.lines.count) lines" } == [])
    }

    @Test("are about a hundred lines on the whole")
    func median() {
        let lengths = SourceTree.swiftFiles(under: "Sources").map(\.lines.count).sorted()
        #expect(lengths[lengths.count / 2] <= 120)
    }

    @Test("every “unsafe” has its proof within reach")
    func proofs() {
        for file in SourceTree.swiftFiles(under: "Sources") {
            let proofs = file.lines(containing: "// Safe:")
            guard proofs.isEmpty, let line = file.lines(containing: " unsafe ").first else { continue }
            Issue.record("\(file.path):\(line): unsafe, and nowhere in this file a line “// Safe: …” that says why not")
        }
    }
}
