// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import TLS
internal import Wire

// The certificate: read at the start, and looked at again every minute, since it is renewed while the server runs.

extension Service {
    /// Reads the certificate. One that is not there keeps nobody from STUN and TURN without TLS, as in coturn: a call that
    /// would have come over UDP goes on, and the certificate may still be issued.
    func readCertificate() throws(ServiceFailure) {
        do throws(ServiceFailure) {
            certificate = try ServerCertificate(settings, now: Moment.read().time)
        } catch {
            // Pages that ask for a camera are nothing without HTTPS.
            guard let absence = error.certificateAbsence, settings.webTLSPort == nil else { throw error }
            certificateTrouble = absence
            log.write(.withoutTLS, absence)
        }
        for notice in certificate?.notices(now: Moment.read().time) ?? [] { log.write(.certificate, notice) }
    }

    /// Looks at the certificate's files again, and shows what is new in them to new handshakes.
    ///
    /// What cannot be used is told once, and the certificate before it stays.
    package func refreshCertificate() {
        guard certificate != nil || settings.certificate != nil else { return }
        let now = Moment.read().time
        do throws(ServiceFailure) {
            guard let fresh = try ServerCertificate(settings, now: now) else { return }
            certificateTrouble = nil
            guard fresh.identity.certificate.fingerprint != shownCertificate?.fingerprint else { return }
            let relayContexts = try fresh.relayContexts()
            showToWeb?(try fresh.webContext())
            relay?.show(relayContexts)
            certificate = fresh
            log.write(.ready, "showing the new certificate, good until \(fresh.identity.certificate.notAfter)")
            for notice in fresh.notices(now: now) { log.write(.certificate, notice) }
        } catch {
            let absence = certificate == nil ? error.certificateAbsence : nil
            let trouble = absence ?? "the new certificate is not shown: \(error)"
            if trouble != certificateTrouble { log.write(certificate == nil ? .withoutTLS : .certificate, trouble) }
            certificateTrouble = trouble
        }
    }

    /// Looks at the certificate once a minute.
    func watchCertificate(on loop: Loop) {
        let timer = Timer(on: loop) { [unowned self, unowned loop] in
            refreshCertificate()
            watchCertificate(on: loop)
        }
        timer.arm(at: loop.now.instant + .seconds(60))
    }
}

extension ServiceFailure {
    /// What is told where TLS has to wait for its certificate; nil for every other failure.
    package var certificateAbsence: String? {
        guard case .identity(let problem) = self, problem.isAbsence else { return nil }
        return "TLS and DTLS are not served: \(problem)"
    }
}
