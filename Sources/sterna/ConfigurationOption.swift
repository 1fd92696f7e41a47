// SPDX-License-Identifier: Apache-2.0

internal import Configuration

/// The configuration that a verb's words name: `--config FILE`, and settings that override it.
struct ConfigurationOption {
    let verdict: Verdict
    let file: Input.File?

    /// Takes `--config FILE` or `-c FILE` out of `words` and reads the rest as settings.
    ///
    /// Without the option the standard file is read where there is one.
    init(_ words: [String]) throws(Problem) {
        var path: String?
        var settings: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--config" || word == "-c" {
                guard let value = rest.popFirst() else {
                    throw .error("\(word) needs the path of a file", at: .commandLine)
                }
                path = value
            } else if word.hasPrefix("--config=") {
                path = String(word.dropFirst("--config=".count))
            } else {
                settings.append(word)
            }
        }
        file = if let path { try Input.File(reading: path) } else { try Input.File.standard() }
        verdict = Input(file: file, environment: Environment.variables, arguments: settings).verdict()
    }
}
