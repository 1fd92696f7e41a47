// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine

/// The configuration that a verb's words name: `--config FILE`, and settings that override it.
struct ConfigurationOption {
    let verdict: Verdict
    let file: Input.File?

    /// Takes `--config FILE` or `-c FILE` out of `words` and reads the rest as settings; flags of one letter are coturn's.
    ///
    /// Without the option the standard file is read where there is one, unless `-n` says that none is.
    init(_ words: [String]) throws(Problem) {
        var path: String?
        var settings: [String] = []
        var readsNone = false
        var rest = ShortFlags.spelledOut(words)[...]
        while let word = rest.popFirst() {
            if word == "--\(ShortFlags.noFile)" {
                readsNone = true
            } else if word == "--config" || word == "-c" {
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
        file =
            if readsNone { nil } else if let path { try Input.File(reading: path) } else { try Input.File.standard() }
        verdict = Input(file: file, environment: Environment.variables, arguments: settings).verdict()
    }
}

extension Verdict {
    /// The verdict where this host is to serve it; as it is where the host does not tell what it has.
    var onThisHost: Verdict { (try? Host.ownAddresses()).map(held) ?? self }
}
