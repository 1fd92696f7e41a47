// SPDX-License-Identifier: Apache-2.0
import Configuration

/// The verdict on a file `sterna.conf` with these lines.
func verdict(_ lines: String..., environment: [String: String] = [:], arguments: [String] = []) -> Verdict {
    let text = lines.joined(separator: "\n")
    return Input(file: .init(path: "sterna.conf", text: text), environment: environment, arguments: arguments).verdict()
}

extension Verdict {
    /// Every message as an operator reads it.
    var messages: [String] { problems.map(\.description) }
}
