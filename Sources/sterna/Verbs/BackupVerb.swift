// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Glibc
internal import Store

/// `sterna backup`: configuration, secrets and database in one archive, as of one moment.
enum BackupVerb {
    static let verb = Verb(
        name: "backup", summary: "saves configuration, secrets and database into an archive",
        usage: "backup FILE [--config FILE]",
        details: """
            Writes a tar archive that only its owner can read: the folder of the configuration, with
            its secrets and certificates, and the data-dir. The service may go on running: the
            database is as of one moment. “sterna restore FILE” puts everything back.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        var words = words
        guard let index = words.indices.first(where: { isArchive(words, $0) }) else {
            Terminal.complain("sterna backup: name the archive; right would be “sterna backup sterna.tar”")
            return Exit.usage
        }
        let archive = words.remove(at: index)
        guard !Path.exists(archive) else {
            Terminal.complain("sterna backup: \(archive) is there already; name another file, or remove it")
            return Exit.usage
        }
        let option: ConfigurationOption
        do {
            option = try ConfigurationOption(words)
        } catch {
            Terminal.report([error])
            return Exit.configuration
        }
        let mistyped = option.verdict.errors.filter { $0.origin == .commandLine }
        guard mistyped.isEmpty else {
            Terminal.report(mistyped)
            return Exit.usage
        }
        // A configuration with mistakes is worth saving too; only where its data lie must be known.
        let data = option.verdict.legible.dataDirectory
        return save(option.file?.path, data, into: archive)
    }

    /// Whether the word is the archive and not an option or its value.
    private static func isArchive(_ words: [String], _ index: Int) -> Bool {
        !words[index].hasPrefix("-") && (index == 0 || !["--config", "-c"].contains(words[index - 1]))
    }

    private static func save(_ configuration: String?, _ data: String, into archive: String) -> Int32 {
        umask(0o077)
        guard let folder = TemporaryFolder(beside: archive) else {
            Terminal.complain("sterna backup: cannot write into \(Path.folder(of: archive)): \(LastFailure.reason)")
            return Exit.unavailable
        }
        guard copyDatabases(of: data, into: folder.path + "/data") else { return Exit.unavailable }
        // Databases first, as they were copied; then what lies beside them; then the configuration.
        var runs = [["--create", "-C", folder.path, "data"]]
        if Path.exists(data) {
            runs.append(
                [
                    "--append", "--exclude=*.db", "--exclude=*.db-wal", "--exclude=*.db-shm",
                    "--transform=s,^\\.,data,", "-C", data, ".",
                ])
        }
        if let configuration {
            let place = Path.folder(of: configuration)
            let whole = Path.name(of: place) == "sterna" ? "." : Path.name(of: configuration)
            let named = whole == "." ? "s,^\\.,configuration," : "s,^,configuration/,"
            runs.append(["--append", "--transform=\(named)", "-C", place, whole])
        }
        for run in runs where Program.run("/bin/tar", ["--file=" + archive] + run) != 0 {
            // Safe: the path lives through the call.
            _ = unsafe unlink(archive)
            Terminal.complain("sterna backup: tar could not write \(archive), as it says above; nothing was kept")
            return Exit.unavailable
        }
        Terminal.say("\(archive): \(configuration ?? "no configuration") and \(data)")
        return Exit.success
    }

    /// Copies every database of a folder as of one moment.
    private static func copyDatabases(of data: String, into folder: String) -> Bool {
        // Safe: the path lives through the call.
        _ = unsafe mkdir(folder, 0o700)
        for name in Path.names(in: data) where name.hasSuffix(".db") {
            do throws(StoreError) {
                try Connection(path: data + "/" + name).copy(to: folder + "/" + name)
                // What is restored must be the service's again.
                for program in ["/bin/chown", "/bin/chmod"] {
                    _ = Program.run(program, ["--reference=\(data)/\(name)", folder + "/" + name])
                }
            } catch {
                Terminal.complain("sterna backup: \(data)/\(name): \(error)")
                return false
            }
        }
        return true
    }
}

/// The reason of the last system call that failed, in words.
enum LastFailure {
    // Safe: strerror answers a string that lives until the next call on this thread.
    static var reason: String { unsafe String(cString: strerror(errno)) }
}
