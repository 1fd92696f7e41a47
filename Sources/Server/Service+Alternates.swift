// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine

// Other servers that clients are sent to by name. Until a name's address is known its clients are served here.

extension Service {
    /// Follows the names from `loop` on, which must be running on this thread.
    func watchAlternates(on loop: Loop) throws(ServiceFailure) {
        do throws(Errno) {
            let mailbox = try Mailbox<AlternateAddresses>()
            try mailbox.open(on: loop) { [unowned self] in adopt($0) }
            foundAlternates = mailbox
        } catch {
            throw .system(error)
        }
        reloadAlternates()
    }

    /// Looks for what the settings in force name.
    func reloadAlternates() {
        guard !settings.alternateNames.isEmpty else {
            if let watch = alternateWatch.take() { watch.stop() }
            alternates = AlternateAddresses()
            return
        }
        if alternateWatch != nil {
            alternateWatch?.reload(settings)
        } else if let foundAlternates {
            do throws(Errno) {
                alternateWatch = try AlternateWatch.start(settings, telling: foundAlternates)
            } catch {
                log.write(.host, "alternate-server: names are not looked up: \(error)")
            }
        }
    }

    /// Takes over what was found, if it is new. A name that has no address now keeps the one that it had.
    private func adopt(_ found: AlternateAddresses) {
        if found.problems != alternates.problems { for problem in found.problems { log.write(.host, problem) } }
        alternates.problems = found.problems
        let names = settings.alternateNames
        let known = alternates.known.filter { names.contains($0.key) }.merging(found.known) { _, new in new }
        guard known != alternates.known else { return }
        alternates.known = known
        reloadRelay()
    }
}
