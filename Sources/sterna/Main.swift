// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Glibc

/// The program: finds the verb that the first word names and runs it.
@main
struct Main {
    static func main() {
        openStandardDescriptors()
        // A log or a list that nobody reads any more must not end the server.
        _ = signal(SIGPIPE, SIG_IGN)
        exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Gives the three standard descriptors to nothing where the caller closed them; else the first socket would get
    /// the number of standard error, and the log would be written into it.
    private static func openStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // Safe: the path is a constant that ends in zero.
            _ = unsafe open("/dev/null", O_RDWR)
        }
    }

    /// - Returns: The exit code of the process.
    private static func run(_ words: [String]) -> Int32 {
        guard let first = words.first else {
            Terminal.complain(TerminalText(own: Help.overview))
            return Exit.usage
        }
        switch first {
        case "--help", "-h": return Help.run(Array(words.dropFirst()))
        case "--version", "-V": return VersionVerb.run([])
        default: break
        }
        guard let verb = Verb.named(first) else {
            let meant = nearest(to: first, among: Verb.all.map(\.name))
            let hint = meant.map { "did you mean “\($0)”?" } ?? "“sterna help” lists the verbs."
            Terminal.complain("sterna: no verb “\(first)”; \(hint)")
            return Exit.usage
        }
        let rest = Array(words.dropFirst())
        return rest.contains("--help") || rest.contains("-h") ? Help.run([verb.name]) : verb.run(rest)
    }
}

/// Exit codes, as sysexits.h has them.
enum Exit {
    static let success: Int32 = 0
    /// EX_USAGE: the command line is not understood.
    static let usage: Int32 = 64
    /// EX_DATAERR: what was given is not what it should be.
    static let data: Int32 = 65
    /// EX_UNAVAILABLE: what is needed is not there.
    static let unavailable: Int32 = 69
    /// EX_OSERR: the system refused something that another try may get.
    static let system: Int32 = 71
    /// EX_CONFIG: the configuration is wrong.
    static let configuration = Verdict.exitCode
}
