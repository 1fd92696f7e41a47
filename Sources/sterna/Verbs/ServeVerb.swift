// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import Glibc
internal import Server
internal import Wire

/// `sterna serve`: the server, in the foreground.
enum ServeVerb {
    static let verb = Verb(
        name: "serve", summary: "runs the server in the foreground",
        usage: "serve [--config FILE] [--key=value…]",
        details: """
            Settings come from the file, then from variables STERNA_<KEY> of the environment, then
            from --key=value; the later counts. A turnserver.conf of coturn can be used as it is.

            Without --config FILE it reads \(Input.File.standardPath) where that exists.
            SIGINT and SIGTERM end it, SIGHUP reads the configuration again, SIGUSR2 makes it
            become the program that lies in its place by then, without losing a call. A configuration that cannot be served ends it with 78.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        // What the server writes, the database above all, is its user's alone, also where no unit says so.
        umask(0o077)
        let option: ConfigurationOption
        do {
            option = try ConfigurationOption(words)
        } catch {
            return refuse([error])
        }
        let verdict = option.verdict.onThisHost
        guard let settings = verdict.settings else {
            return refuse(verdict.problems.gravestLast)
        }
        let log = Log(settings, environment: Environment.variables) { Moment.read() }
        for warning in verdict.warnings {
            log.write(.configuration(.warning), warning.explanation, ["at": .text("\(warning.origin)")])
        }
        defer { log.finish() }
        do throws(ServiceFailure) {
            let surroundings = Service.Surroundings(
                environment: Environment.variables, arguments: CommandLine.arguments)
            try Service(settings, log: log).run(in: surroundings) { Self.reread(words) }
            return Exit.success
        } catch {
            log.write(.failure, error.description)
            say(status: error.description)
            return error.needsOperator ? Exit.unavailable : Exit.system
        }
    }

    /// Tells what is wrong with the configuration: to the journal as the server would, else to whoever sees standard error.
    private static func refuse(_ problems: [Problem]) -> Int32 {
        let variables = Environment.variables
        if LogStyle(format: .text, descriptor: STDERR_FILENO, environment: variables).reachesJournal {
            let log = Log(Settings(), environment: variables) { Moment.read() }
            for problem in problems {
                log.write(
                    .configuration(problem.severity == .error ? .error : .warning), problem.explanation,
                    ["at": .text("\(problem.origin)")])
            }
            log.finish()
        } else {
            Terminal.report(problems)
        }
        if let last = problems.last(where: { $0.severity == .error }) { say(status: "\(last)") }
        return Exit.configuration
    }

    /// What `systemctl status` shows when it is over.
    private static func say(status: String) {
        let line = status.split(whereSeparator: \.isNewline).joined(separator: " ")
        Supervisor(environment: Environment.variables)?.tell(["STATUS=\(line)"])
    }

    /// The configuration as it is now, given the words that the server was started with.
    private static func reread(_ words: [String]) -> Verdict {
        do {
            return try ConfigurationOption(words).verdict
        } catch {
            return Verdict(refusing: error)
        }
    }
}
