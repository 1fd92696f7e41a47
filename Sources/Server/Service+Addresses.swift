// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import TURN

// The public addresses of this host: found at the start, and followed from then on.

extension Service {
    /// Finds out what `external-ip` leaves open; the start waits for it, since clients would be told wrong addresses.
    func findAddresses() {
        publicAddresses =
            PublicAddresses.mustBeFound(settings)
            ? PublicAddresses(settings, with: .host) : PublicAddresses(written: settings)
        tell(publicAddresses.problems)
    }

    /// Follows them from `loop` on, which must be running on this thread.
    func watchAddresses(on loop: Loop) throws(ServiceFailure) {
        do throws(Errno) {
            let mailbox = try Mailbox<PublicAddresses>()
            try mailbox.open(on: loop) { [unowned self] in adopt($0) }
            foundAddresses = mailbox
        } catch {
            throw .system(error)
        }
        reloadAddresses()
    }

    /// Looks for what the settings in force say; what was found before stays until then.
    func reloadAddresses() {
        guard PublicAddresses.mustBeFound(settings) else {
            if let watch = addressWatch.take() { watch.stop() }
            publicAddresses = PublicAddresses(written: settings)
            return
        }
        if addressWatch != nil {
            addressWatch?.reload(settings)
        } else if let foundAddresses {
            do throws(Errno) {
                addressWatch = try AddressWatch.start(settings, telling: foundAddresses)
            } catch {
                tell(["external-ip is not followed: \(error)"])
            }
        }
    }

    /// Takes over what was found, if it is new. Where nothing could be found out, what was known before stays.
    private func adopt(_ found: PublicAddresses) {
        guard found != publicAddresses else { return }
        if found.problems != publicAddresses.problems { tell(found.problems) }
        let before = publicAddresses.known
        publicAddresses.problems = found.problems
        guard found.problems.isEmpty, found.known != before else { return }
        publicAddresses.known = found.known
        log.write(
            .listening, "clients are told the public addresses of now",
            ["addresses": .text(found.known.map { "\($0.address)" }.joined(separator: " "))])
        reloadRelay()
    }

    private func tell(_ problems: [String]) {
        for problem in problems { log.write(.host, problem) }
    }
}
