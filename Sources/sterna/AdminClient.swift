// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import Wire

/// The verbs' end of the administration's socket.
struct AdminClient: ~Copyable {
    private var conversation: LocalConversation
    private let path: String

    /// Connects to the server that `--socket PATH` or `--config FILE` names; `words` may hold nothing else.
    init(_ words: [String]) throws(Complaint) {
        var words = words
        let path = try Self.path(taking: &words)
        try Talk.expectEmpty(words)
        try self.init(at: path)
    }

    /// Connects to the server whose socket has this path.
    init(at path: String) throws(Complaint) {
        let conversation: LocalConversation
        do throws(Errno) {
            conversation = try LocalConversation(with: path)
        } catch {
            throw .unavailable(Self.explain(error, path))
        }
        self.path = path
        self.conversation = conversation
    }

    /// Asks, and gives `each` every line of the answer but the last, which it returns.
    @discardableResult
    mutating func ask(_ request: JSON, each: (JSON) -> Void = { _ in }) throws(Complaint) -> JSON {
        do throws(Errno) { try conversation.send(request.bytes) } catch { throw Self.broken(error) }
        while let line = try nextLine() {
            guard let answer = try? JSON(parsing: line, limit: 1 << 24) else { break }
            guard let isDone = answer["ok"]?.boolean else {
                each(answer)
                continue
            }
            if !isDone, let why = answer["error"]?.string { throw .unavailable(why) }
            return answer
        }
        throw .unavailable("the server at \(path) went away, or is of another version")
    }

    private mutating func nextLine() throws(Complaint) -> [UInt8]? {
        do throws(Errno) { return try conversation.line() } catch { throw Self.broken(error) }
    }

    private static func broken(_ errno: Errno) -> Complaint {
        .unavailable("the server broke the conversation off: \(errno)")
    }

    /// Where the socket is: as asked, as configured, or where systemd's unit has it.
    static func path(taking words: inout [String]) throws(Complaint) -> String {
        let file = try Words.takeConfiguration(from: &words)
        if let path = try Words.take("--socket", from: &words) { return path }
        do {
            let option = try ConfigurationOption(file.map { ["--config", $0] } ?? [])
            // A mistake in the configuration is no reason not to talk to the server that runs.
            if let path = option.verdict.legible.adminSocket { return path }
        } catch {
            // Only the service's group may read the standard file; the socket may still be where systemd has it.
            if file != nil { throw .configuration("\(error)") }
        }
        guard let folder = Environment.variables["RUNTIME_DIRECTORY"]?.split(separator: ":").first else {
            return "/run/sterna/admin.sock"
        }
        return "\(folder)/admin.sock"
    }

    private static func explain(_ errno: Errno, _ path: String) -> String {
        switch errno {
        case .notFound:
            "no server has a socket at \(path); is it running? One that systemd did not start needs admin-socket= in its file, and --config FILE here"
        case .connectionRefused: "nobody listens at \(path) any more; the server has ended"
        case .accessDenied: "\(path) is for root, the service's user and its group: sudo would help"
        default: "\(path): \(errno)"
        }
    }
}

/// A verb that talks to a running server: what goes wrong is said, and becomes the exit code.
enum Talk {
    static func run(_ verb: String, _ body: () throws(Complaint) -> Void) -> Int32 {
        do throws(Complaint) {
            try body()
            return Exit.success
        } catch {
            Terminal.complain("sterna \(verb): \(error.text)")
            return error.exit
        }
    }

    /// Complains of the first word that is left.
    static func expectEmpty(_ words: [String]) throws(Complaint) {
        guard let word = words.first else { return }
        throw .usage("“\(word)” is not understood; “sterna help VERB” says what is")
    }
}
