// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Crypto
internal import Glibc
internal import Store
internal import Wire

/// Why a verb gives up: the text for the operator and the exit code for the caller.
struct Complaint: Error {
    let text: String
    let exit: Int32

    static func usage(_ text: String) -> Self { Self(text: text, exit: Exit.usage) }
    static func data(_ text: String) -> Self { Self(text: text, exit: Exit.data) }
    static func configuration(_ text: String) -> Self { Self(text: text, exit: Exit.configuration) }
    static func unavailable(_ text: String) -> Self { Self(text: text, exit: Exit.unavailable) }
}

/// The database and the realm that a verb works on.
struct UserPlace {
    let path: String
    let realm: String

    init(path: String, realm: String) { (self.path, self.realm) = (path, realm) }

    /// The words that say where it is.
    struct Options {
        fileprivate let path: String?
        fileprivate let realm: String?
        fileprivate let file: String?

        /// Takes `--userdb`, `--realm` and `--config` out of `words`.
        init(taking words: inout [String]) throws(Complaint) {
            path = try Words.take("--userdb", from: &words)
            realm = try Words.take("--realm", from: &words)
            file = try Words.takeConfiguration(from: &words)
        }
    }

    /// What the options do not say the configuration does.
    init(_ options: Options) throws(Complaint) {
        let (path, realm) = (options.path, options.realm)
        if let path, let realm {
            (self.path, self.realm) = (path, realm)
            return
        }
        let option: ConfigurationOption
        do {
            option = try ConfigurationOption(options.file.map { ["--config", $0] } ?? [])
        } catch {
            throw .configuration("\(error)")
        }
        guard let settings = option.verdict.settings else {
            throw .configuration(option.verdict.errors.first.map { "\($0)" } ?? "the configuration has mistakes")
        }
        guard let path = path ?? settings.userDatabase else {
            throw .configuration(
                "the configuration names no database; add userdb=/var/lib/sterna/users.db to it, or give --userdb FILE")
        }
        (self.path, self.realm) = (path, realm ?? settings.realmOrDefault)
    }

    /// Opens the database to read it.
    func reading(_ body: (borrowing UserDatabase) throws(StoreError) -> Void) throws(Complaint) {
        do throws(StoreError) { try body(UserDatabase(reading: path)) } catch { throw complaint(error) }
    }

    /// Opens the database to change it, and makes it where there is none: readable by its owner and group only.
    @discardableResult
    func changing<Value>(
        _ body: (borrowing UserDatabase) throws(StoreError) -> Value
    ) throws(Complaint) -> Value {
        let mask = umask(0o027)
        defer { _ = umask(mask) }
        do throws(StoreError) { return try body(UserDatabase(changing: path)) } catch { throw complaint(error) }
    }

    private func complaint(_ error: StoreError) -> Complaint {
        .unavailable("\(path): \(error.detail) (\(error.activity)); the file and its folder must be writable for you")
    }
}

/// A password or a secret on its way in: from the terminal unseen, or from standard input.
enum Secret {
    static func read(_ what: String) throws(Complaint) -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw .usage("there was no \(what) on standard input")
            }
            return line
        }
        let first = try ask("\(what): ")
        guard try ask("\(what) again: ") == first else { throw .usage("they are not the same; nothing was changed") }
        return first
    }

    private static func ask(_ prompt: String) throws(Complaint) -> String {
        var shown = termios()
        // Safe: the structure is filled by the call, and the terminal gets it back before this returns.
        guard unsafe tcgetattr(STDIN_FILENO, &shown) == 0 else { throw .unavailable("the terminal cannot be asked") }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer {
            _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
            Terminal.complain("")
        }
        Terminal.whisper("\(prompt)")
        guard let line = readLine(strippingNewline: true), !line.isEmpty else { throw .usage("it is empty") }
        return line
    }
}

extension Digest {
    /// The bytes in lower-case hexadecimal.
    var hexadecimal: String { Hex.encode(array) }
}
