// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Server

/// `sterna serve`: the server, in the foreground.
enum ServeVerb {
    static let verb = Verb(
        name: "serve", summary: "runs the server in the foreground",
        usage: "serve [--config FILE] [--key=value…]",
        details: """
            Settings come from the file, then from variables STERNA_<KEY> of the environment, then
            from --key=value; the later counts. A turnserver.conf of coturn can be used as it is.

            Without --config FILE it reads \(Input.File.standardPath) where that exists.
            SIGINT and SIGTERM end it. A configuration that cannot be served ends it with 78.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        let option: ConfigurationOption
        do {
            option = try ConfigurationOption(words)
        } catch {
            Terminal.report([error])
            return Exit.configuration
        }
        Terminal.report(option.verdict.problems)
        guard let settings = option.verdict.settings else { return Exit.configuration }
        do {
            try Service(settings, environment: Environment.variables).run()
            return Exit.success
        } catch {
            Terminal.complain("sterna serve: \(error)")
            return Exit.unavailable
        }
    }
}
