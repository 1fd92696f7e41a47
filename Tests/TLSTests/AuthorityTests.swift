// SPDX-License-Identifier: Apache-2.0

import Foundation
import TLS
import Testing
import Wire

@Suite("An authority of one's own")
struct AuthorityTests {
    let authority: Authority
    let now = UnixTime(seconds: Int64(Date().timeIntervalSince1970))
    let hosts = ["tern.home", "192.168.1.7", "fd00::7"]

    init() throws {
        let workshop = try Workshop.shared.get()
        authority = Authority(directory: workshop.path("authority/\(UUID().uuidString)"))
    }

    @Test("makes a certificate for the machine that its clients believe")
    func founding() throws {
        #expect(try authority.prepare(for: hosts, now: now) == .founded)
        let identity = try Identity(certificate: authority.certificatePath, key: authority.keyPath)
        #expect(identity.certificates.count == 2)
        #expect(identity.certificate.key == "EC 256")
        #expect(identity.certificate.concerns(at: now) == [])
        let serving = try Context(serving: identity, over: .stream)
        let asking = try Context(trusting: .authorities(path: authority.authorityPath), over: .stream)
        for host in hosts + ["localhost", "127.0.0.1", "::1"] {
            #expect(identity.certificate.isGood(for: host))
            var pair = Pair(serving, asking, host: host)
            pair.shakeHands()
            #expect(pair.client.session.state == .open)
        }
    }

    @Test("openssl(1) finds nothing wrong with what it made")
    func verification() throws {
        _ = try authority.prepare(for: hosts, now: now)
        let program = try Program(
            "openssl",
            [
                "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "tern.home", "-CAfile",
                authority.authorityPath, authority.certificatePath,
            ], in: "/")
        program.closeInput()
        let printed = program.outputUntilEnd()
        #expect(program.status() == 0, "\(printed)")
    }

    @Test("keeps its secrets to the user it runs as")
    func modes() throws {
        _ = try authority.prepare(for: hosts, now: now)
        let modes = try ["authority.key", "key.pem", "authority.pem", "cert.pem"].map { name in
            let path = "\(authority.directory)/\(name)"
            return try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(modes == [0o600, 0o600, 0o644, 0o644])
    }

    @Test("keeps what is good, renews what runs out or lacks a name, and stays the one that is trusted")
    func renewal() throws {
        _ = try authority.prepare(for: hosts, now: now)
        let trusted = try Data(contentsOf: URL(fileURLWithPath: authority.authorityPath))
        #expect(try authority.prepare(for: hosts, now: now + .seconds(59 * 86_400)) == .kept)
        #expect(try authority.prepare(for: Array(hosts.prefix(1)), now: now) == .kept)
        #expect(try authority.prepare(for: hosts, now: now + .seconds(61 * 86_400)) == .renewed)
        #expect(try authority.prepare(for: hosts + ["192.168.1.8"], now: now + .seconds(61 * 86_400)) == .renewed)
        #expect(try Data(contentsOf: URL(fileURLWithPath: authority.authorityPath)) == trusted)
        #expect(try authority.prepare(for: hosts, now: now + .seconds(3600 * 86_400)) == .founded)
    }

    @Test("begins anew where its files are damaged")
    func damage() throws {
        _ = try authority.prepare(for: hosts, now: now)
        try "".write(toFile: authority.certificatePath, atomically: true, encoding: .utf8)
        #expect(try authority.prepare(for: hosts, now: now) == .renewed)
        try "".write(toFile: authority.authorityPath, atomically: true, encoding: .utf8)
        #expect(try authority.prepare(for: hosts, now: now) == .founded)
    }

    @Test("says what is wrong with a name or a directory that it cannot use")
    func problems() throws {
        #expect(throws: AuthorityProblem.badName("a,DNS:evil")) { try authority.prepare(for: ["a,DNS:evil"], now: now) }
        let nowhere = Authority(directory: "/proc/sterna")
        #expect(throws: AuthorityProblem.unwritable(path: "/proc/sterna", reason: "No such file or directory")) {
            try nowhere.prepare(for: [], now: now)
        }
    }
}
