// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The sources of this repository as text.
enum SourceTree {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct File: Sendable {
        /// From the root of the repository.
        let path: String
        let lines: [Substring]

        var text: String { lines.joined(separator: "\n") }

        /// The folder below `Sources` or `Tests`.
        var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

        /// The numbers of the lines that hold `text`, counted from one.
        func lines(containing text: String) -> [Int] {
            lines.indices.filter { lines[$0].contains(text) }.map { $0 + 1 }
        }

        /// What the file imports, with the access level that stands before it.
        var imports: [(number: Int, access: String, module: String)] {
            lines.enumerated().compactMap { index, line in
                let words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
                guard let place = words.prefix(2).firstIndex(of: "import"), words.count > place + 1 else { return nil }
                let access = place == 1 ? String(words[0]) : ""
                let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
                let name =
                    kinds.contains(words[place + 1]) && words.count > place + 2 ? words[place + 2] : words[place + 1]
                return (index + 1, access, String(name.prefix { $0 != "." }))
            }
        }
    }

    /// The names of the folders right below `path`, sorted.
    static func folders(in path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path)) ?? []
        return names.filter { folderExists("\(path)/\($0)") }.sorted()
    }

    /// Every Swift file below `path`, sorted.
    static func swiftFiles(under path: String) -> [File] { files(under: path, ending: ".swift") }

    /// Every file below `path` whose name ends so, sorted; what is built or hidden is left out.
    static func files(under path: String, ending: String) -> [File] {
        let prefix = path.isEmpty ? "" : "\(path)/"
        let folders = path.isEmpty ? Self.folders(in: "").filter { !$0.hasPrefix(".") } : [""]
        let below = folders.flatMap { folder in
            names(under: prefix + folder).map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
        }
        let right = path.isEmpty ? (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? [] : []
        return (below + right).filter { $0.hasSuffix(ending) }.sorted().map { name in
            let text = (try? String(contentsOf: root.appending(path: prefix + name), encoding: .utf8)) ?? ""
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            if lines.last?.isEmpty == true { lines.removeLast() }
            return File(path: prefix + name, lines: lines)
        }
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    private static func names(under path: String) -> [String] {
        (try? FileManager.default.subpathsOfDirectory(atPath: root.appending(path: path).path)) ?? []
    }

    private static func folderExists(_ path: String) -> Bool {
        (try? root.appending(path: path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
    }
}
