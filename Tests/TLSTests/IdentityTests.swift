// SPDX-License-Identifier: Apache-2.0

import Foundation
import TLS
import Testing
import Wire

@Suite("A certificate and its key")
struct IdentityTests {
    let workshop: Workshop

    init() throws { workshop = try Workshop.shared.get() }

    @Test("are read from PEM files, and the certificate says what it is")
    func facts() throws {
        let identity = try workshop.identity()
        #expect(identity.certificates.count == 2)
        let leaf = identity.certificate
        #expect(leaf.subject == "CN=leaf,O=Sterna tests")
        #expect(leaf.issuer == "CN=middle,O=Sterna tests")
        #expect(leaf.names == ["localhost", "*.tern.example"])
        #expect(leaf.addresses == [IPAddress("127.0.0.1"), IPAddress("2001:db8::7")])
        #expect(leaf.key == "EC 256")
        #expect(!leaf.isSelfSigned)
        #expect(leaf.fingerprint.count == 32)
        #expect(leaf.notAfter - leaf.notBefore == .seconds(30 * 86_400))
    }

    @Test(
        "is good for the names it lists, a wildcard for one label",
        arguments: [
            ("localhost", true), ("LOCALHOST", true), ("a.tern.example", true), ("a.b.tern.example", false),
            ("tern.example", false), (".tern.example", false), ("127.0.0.1", true), ("127.0.0.2", false),
            ("2001:db8:0::7", true), ("leaf", false),
        ])
    func names(host: String, isGood: Bool) throws {
        #expect(try workshop.identity().certificate.isGood(for: host) == isGood)
    }

    @Test("an encrypted key opens with its password only")
    func password() throws {
        let (chain, key) = (workshop.path("chain.pem"), workshop.path("locked.key"))
        _ = try Identity(certificate: chain, key: key, password: "tern")
        #expect(throws: IdentityProblem.passwordNeeded(path: key)) { try Identity(certificate: chain, key: key) }
        #expect(throws: IdentityProblem.passwordWrong(path: key)) {
            try Identity(certificate: chain, key: key, password: "gull")
        }
    }

    @Test("both may be in one file")
    func oneFile() throws {
        let both = workshop.path("both.pem")
        let text = try ["leaf.key", "chain.pem"].map { try String(contentsOfFile: workshop.path($0), encoding: .utf8) }
        try text.joined().write(toFile: both, atomically: true, encoding: .utf8)
        #expect(try Identity(certificate: both, key: both).certificates.count == 2)
    }

    @Test(
        "that do not go together are told apart by what is wrong",
        arguments: [
            ("chain.pem", "stranger.key", "does not belong to the certificate"),
            ("exchanged.pem", "leaf.key", "the server's own must stand first"),
            ("leaf.key", "chain.pem", "are cert and pkey exchanged?"),
            ("empty.pem", "leaf.key", "holds no certificate"),
            ("damaged.pem", "leaf.key", "certificate 2 in"),
            ("chain.pem", "chain.pem", "holds a certificate and no private key"),
            ("chain.pem", "empty.pem", "holds no private key"),
            ("chain.pem", "damaged.key", "is damaged"),
            ("nowhere.pem", "leaf.key", "No such file or directory; correct the path"),
        ])
    func problems(certificate: String, key: String, words: String) throws {
        let problem = #expect(throws: IdentityProblem.self) {
            try Identity(certificate: workshop.path(certificate), key: workshop.path(key))
        }
        #expect(try #require(problem).description.contains(words), "\(String(describing: problem))")
    }

    @Test("that cannot be read are told of with the user and the directory in the way", .enabled(if: getuid() == 0))
    func unreadable() async throws {
        let locked = workshop.path("locked")
        try FileManager.default.createDirectory(
            atPath: locked, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try "".write(toFile: "\(locked)/key.pem", atomically: false, encoding: .utf8)
        await #expect(processExitsWith: .success) { [locked = locked as String] in
            guard setuid(65_534) == 0 else { exit(2) }
            let file = "\(locked)/key.pem"
            do {
                _ = try Identity(certificate: file, key: file)
                exit(3)
            } catch {
                let text = String(describing: error)
                exit(text.contains("Permission denied in “\(locked)/”") && text.contains("(uid 65534)") ? 0 : 4)
            }
        }
    }

    @Test("concerns are told before, while and after the certificate is good")
    func concerns() throws {
        let leaf = try workshop.identity().certificate
        #expect(leaf.concerns(at: leaf.notBefore + .seconds(60)) == [])
        #expect(leaf.concerns(at: leaf.notBefore + .seconds(-1)) == [.notYetValid(leaf.notBefore)])
        #expect(leaf.concerns(at: leaf.notAfter + .seconds(-86_400)) == [.expiresSoon(days: 1)])
        #expect(leaf.concerns(at: leaf.notAfter) == [.expired(leaf.notAfter)])
    }
}

@Suite("A context")
struct ContextTests {
    let workshop: Workshop

    init() throws { workshop = try Workshop.shared.get() }

    @Test("is not made for a key too short to be safe")
    func weak() throws {
        let identity = try Identity(certificate: workshop.path("weak.pem"), key: workshop.path("weak.key"))
        let problem = #expect(throws: ContextProblem.self) { try Context(serving: identity, over: .stream) }
        #expect(try #require(problem).description.contains("ee key too small"))
    }

    @Test("says which cipher list is no list")
    func ciphers() throws {
        var options = Context.Options()
        options.ciphers = "ROT13"
        let identity = try workshop.identity()
        #expect(throws: ContextProblem.unknownCiphers("ROT13")) {
            try Context(serving: identity, over: .stream, options)
        }
        options.ciphers = "DHE+AESGCM"
        _ = try Context(serving: identity, over: .stream, options)
    }

    @Test("says which file holds nobody to trust")
    func authorities() {
        let path = workshop.path("empty.pem")
        #expect(throws: ContextProblem.noAuthorities(path: path)) {
            try Context(trusting: .authorities(path: path), over: .stream)
        }
    }

    @Test("refuses ALPN names that cannot be written", arguments: ["", String(repeating: "x", count: 256)])
    func protocolNames(name: String) throws {
        #expect(throws: ContextProblem.badProtocolName(name)) { try workshop.server([name]) }
    }
}
