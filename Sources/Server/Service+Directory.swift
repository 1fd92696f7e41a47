// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine

extension Service {
    /// How long the start waits for a database of users: long enough for most, and short of being noticed.
    private static var patienceWithUsers: Duration { .milliseconds(40) }

    /// Begins to read the database of users; a large one is not waited for.
    func startDirectory() throws(ServiceFailure) {
        guard let path = settings.userDatabase else { return }
        directory = try ServiceFailure.wrapping { () throws(Errno) in
            let directory = try DirectoryThread(path: path, realm: settings.realmOrDefault, and: otherRealms, log: log)
            try directory.wait(atMost: Self.patienceWithUsers)
            return directory
        }
    }

    /// What is about on this host that a file from another one would not tell.
    func tellOfSurroundings() {
        let hasLogins =
            !settings.users.isEmpty || !settings.restSecrets.isEmpty || !settings.oauthKeys.isEmpty
            || settings.userDatabase != nil
        // Whose logins are the pages' alone reaches peers that are relayed here too.
        if hasLogins, let notice = settings.privatePeerNotice(on: host) {
            log.write(.host, notice)
        }
        if !hasLogins, !settings.servesWeb, !settings.stunOnly,
            let notice = CoturnDatabase.forgotten(realm: settings.realmOrDefault)
        {
            log.write(.unusable, notice)
        }
    }

    /// The realms that the configuration has other sites asked for.
    private var otherRealms: Set<String> { Set(settings.originRealms.map(\.realm)) }

    /// Has the database read for the realms that a reload has brought.
    func reloadDirectory() { directory?.serve(otherRealms) }

    /// Gives the workers each new reading of the database.
    func followDirectory(on loop: Loop) throws(ServiceFailure) {
        try ServiceFailure.wrapping { () throws(Errno) in
            try directory?.follow(on: loop) { [unowned self] in reloadRelay() }
        }
    }
}
