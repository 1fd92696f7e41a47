// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Wire

/// One line of `cases.jsonl`: an attack, and what the server must do about it.
///
/// `README.md` beside it says what the words mean. The same lines are played against the binary over loopback by
/// `Tests/Interop/test_hostile.py`.
struct Case: Sendable, CustomTestStringConvertible {
    let id: String
    let why: String
    /// `fresh`, `challenged` (A has been told realm and nonce) or `allocated` (A has an allocation), and what more.
    let given: String
    let steps: [JSON]

    var testDescription: String { "\(id): \(why)" }

    /// Those that are played; the others name the test that shows them.
    static let all: [Case] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "cases.jsonl")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            guard let json = try? JSON(parsing: [UInt8](line.utf8), limit: 1 << 20), let steps = json["steps"]?.array
            else { return nil }
            return Case(
                id: json["id"]?.string ?? "", why: json["why"]?.string ?? "", given: json["given"]?.string ?? "",
                steps: steps)
        }
    }()
}

extension JSON {
    /// The strings of an array.
    var strings: [String] { array?.compactMap(\.string) ?? [] }
    /// One value, or every value of an array.
    var alternatives: [JSON] { array ?? [self] }
}
