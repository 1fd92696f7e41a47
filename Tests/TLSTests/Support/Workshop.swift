// SPDX-License-Identifier: Apache-2.0

import Foundation
import TLS

/// A directory of certificates and keys that openssl(1) has made, once for the whole run.
struct Workshop: Sendable {
    let directory: String

    static let shared = Result { try Workshop() }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// The certificate of `localhost`, issued by the workshop's own authority through an intermediate one.
    func identity() throws -> Identity {
        try Identity(certificate: path("chain.pem"), key: path("leaf.key"))
    }

    func server(_ protocols: [String] = [], over carrier: Context.Carrier = .stream) throws -> Context {
        var options = Context.Options()
        options.protocols = protocols
        return try Context(serving: identity(), over: carrier, options)
    }

    func client(_ protocols: [String] = [], over carrier: Context.Carrier = .stream) throws -> Context {
        try Context(trusting: .authorities(path: path("root.pem")), over: carrier, protocols: protocols)
    }

    private static var place: String {
        FileManager.default.temporaryDirectory.appendingPathComponent("sterna-tls-\(getpid())").path
    }

    private init() throws {
        directory = Self.place
        // A program that has ended takes no more input; that is not the test's end.
        signal(SIGPIPE, SIG_IGN)
        atexit { try? FileManager.default.removeItem(atPath: Workshop.place) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try write("openssl.cnf", Self.configuration)
        for name in ["root", "middle", "leaf", "stranger"] {
            try openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "\(name).key")
        }
        try certify("root", by: "root", as: "authority", days: "30")
        try certify("middle", by: "root", as: "authority", days: "30")
        try certify("leaf", by: "middle", as: "server", days: "30")
        try openssl("genrsa", "-out", "rsa.key", "2048")
        try certify("rsa", by: "root", as: "server", days: "30")
        try openssl("genrsa", "-out", "weak.key", "1024")
        try certify("weak", by: "root", as: "server", days: "30")
        try openssl("pkcs8", "-topk8", "-in", "leaf.key", "-passout", "pass:tern", "-out", "locked.key")
        let leaf = try read("leaf.pem")
        let middle = try read("middle.pem")
        try write("chain.pem", leaf + middle)
        try write("exchanged.pem", middle + leaf)
        try write("damaged.pem", leaf + middle.replacingOccurrences(of: "\nMII", with: "\nAAA"))
        try write("damaged.key", try read("leaf.key").replacingOccurrences(of: "\nMI", with: "\nAA"))
        try write("empty.pem", "")
    }

    private func certify(_ name: String, by issuer: String, as kind: String, days: String) throws {
        let subject = ["-subj", "/O=Sterna tests/CN=\(name)", "-config", "openssl.cnf"]
        if name == issuer {
            try run(
                ["req", "-x509", "-new", "-key", "\(name).key", "-extensions", kind, "-days", days] + subject
                    + ["-out", "\(name).pem"])
        } else {
            try run(["req", "-new", "-key", "\(name).key", "-out", "\(name).csr"] + subject)
            try run([
                "x509", "-req", "-in", "\(name).csr", "-CA", "\(issuer).pem", "-CAkey", "\(issuer).key",
                "-CAcreateserial", "-extfile", "openssl.cnf", "-extensions", kind, "-days", days, "-out",
                "\(name).pem",
            ])
        }
    }

    private func openssl(_ arguments: String...) throws { try run(arguments) }

    private func run(_ arguments: [String]) throws {
        let program = try Program("openssl", arguments, in: directory)
        program.closeInput()
        let output = program.outputUntilEnd()
        struct Failed: Error { let arguments: [String], output: String }
        if program.status() != 0 { throw Failed(arguments: arguments, output: output) }
    }

    private func write(_ name: String, _ text: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }

    private func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    private static let configuration = """
        [req]
        distinguished_name = none
        [none]
        [authority]
        basicConstraints = critical, CA:TRUE
        keyUsage = critical, keyCertSign, cRLSign
        subjectKeyIdentifier = hash
        [server]
        basicConstraints = critical, CA:FALSE
        extendedKeyUsage = serverAuth
        subjectAltName = DNS:localhost, DNS:*.tern.example, IP:127.0.0.1, IP:2001:db8::7
        subjectKeyIdentifier = hash
        authorityKeyIdentifier = keyid
        """
}
