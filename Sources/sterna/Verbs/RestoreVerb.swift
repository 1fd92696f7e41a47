// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Glibc
internal import Store

/// `sterna restore`: what `sterna backup` saved, back in its place.
enum RestoreVerb {
    static let verb = Verb(
        name: "restore", summary: "puts back what backup has saved",
        usage: "restore FILE [--configuration FOLDER] [--data FOLDER]",
        details: """
            Puts the configuration back into /etc/sterna and the database into /var/lib/sterna, or
            into the folders that are named. What is there now is kept beside them, under a name that
            ends in “.before-restore”. Refuses while a server runs with these folders.
            """,
        run: run)

    static func run(_ words: [String]) -> Int32 {
        var words = words
        let places: [(String, String)]
        do throws(Complaint) {
            let configuration = try Words.take("--configuration", from: &words)
            let data = try Words.take("--data", from: &words)
            places = [
                ("configuration", configuration ?? Path.folder(of: Input.File.standardPath)),
                ("data", data ?? Settings().dataDirectory),
            ]
        } catch {
            Terminal.complain("sterna restore: \(error.text)")
            return error.exit
        }
        guard words.count == 1, let archive = words.first, !archive.hasPrefix("-") else {
            Terminal.complain("sterna restore: name one archive; right would be “sterna restore sterna.tar”")
            return Exit.usage
        }
        guard Path.exists(archive) else {
            Terminal.complain("sterna restore: there is no \(archive)")
            return Exit.usage
        }
        if let user = Occupant.of(configuration: places[0].1, data: places[1].1) {
            Terminal.complain(
                "sterna restore: \(user), which would go on with what it has and write over what is restored; "
                    + "right would be “systemctl stop sterna” first. Nothing was changed")
            return Exit.unavailable
        }
        umask(0o077)
        guard let folder = TemporaryFolder(beside: places[1].1) else {
            Terminal.complain(
                "sterna restore: cannot write into \(Path.folder(of: places[1].1)): \(LastFailure.reason); run as root")
            return Exit.unavailable
        }
        guard Program.run("/bin/tar", ["--extract", "--file=" + archive, "-C", folder.path]) == 0,
            Path.exists(folder.path + "/data")
        else {
            Terminal.complain("sterna restore: \(archive) is not what “sterna backup” writes; nothing was changed")
            return Exit.data
        }
        guard databasesAreWhole(in: folder.path + "/data") else { return Exit.data }
        for (name, place) in places where Path.exists(folder.path + "/" + name) {
            guard put(folder.path + "/" + name, to: place) else { return Exit.unavailable }
            Terminal.say("\(place): restored")
        }
        return Exit.success
    }

    private static func databasesAreWhole(in folder: String) -> Bool {
        for name in Path.names(in: folder) where name.hasSuffix(".db") {
            do throws(StoreError) {
                guard let damage = try Connection(path: folder + "/" + name).damage() else { continue }
                Terminal.complain("sterna restore: \(name) in the archive is damaged: \(damage); nothing was changed")
            } catch {
                Terminal.complain(
                    "sterna restore: \(name) in the archive cannot be read: \(error); nothing was changed")
            }
            return false
        }
        return true
    }

    /// Moves a folder to its place; what was there is kept beside it. Modes and owners come from the archive.
    private static func put(_ folder: String, to place: String) -> Bool {
        let before = place + ".before-restore"
        if Path.exists(before) {
            Terminal.complain("sterna restore: \(before) is there from an earlier time; move it away first")
            return false
        }
        // A copy, because the folders may lie on different disks; its name tells a half from a whole.
        let half = place + ".restoring"
        guard Program.run("/bin/cp", ["-a", folder, half]) == 0,
            !Path.exists(place) || rename(from: place, to: before), rename(from: half, to: place)
        else {
            Terminal.complain("sterna restore: cannot put \(place) in its place: \(LastFailure.reason)")
            return false
        }
        return true
    }

    private static func rename(from old: String, to new: String) -> Bool {
        // Safe: both paths live through the call.
        unsafe Glibc.rename(old, new) == 0
    }
}
