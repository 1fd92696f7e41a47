// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Testing

@Suite("A credential that systemd hands over")
struct CredentialFileTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sterna-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    func write(_ text: String, to name: String) throws {
        try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
    }

    var environment: [String: String] { ["CREDENTIALS_DIRECTORY": folder.path] }

    @Test(
        "gives a secret its value, without the end of the line",
        arguments: ["$CREDENTIALS_DIRECTORY", "${CREDENTIALS_DIRECTORY}"])
    func secret(variable: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write("0123456789abcdef0123456789abcdef\n", to: "turn-secret")
        let verdict = verdict("static-auth-secret=\(variable)/turn-secret", environment: environment)
        #expect(verdict.settings?.restSecrets == ["0123456789abcdef0123456789abcdef"])
        #expect(verdict.problems.isEmpty)
    }

    @Test("gives a secret that may be repeated a value on every line")
    func users() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write("ana:one\n\nben:two\n", to: "users")
        let settings = try #require(verdict("user=$CREDENTIALS_DIRECTORY/users", environment: environment).settings)
        #expect(settings.users.map(\.name) == ["ana", "ben"])
    }

    @Test("gives every other setting its path")
    func path() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let verdict = verdict(
            "user=ana:one", "cert=/etc/ssl/c.pem", "pkey=$CREDENTIALS_DIRECTORY/key", environment: environment)
        #expect(verdict.settings?.privateKey == folder.path + "/key")
    }

    @Test("is told of when it is not there, empty or no name, and its text is never shown")
    func mistakes() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write("\n", to: "empty")
        try write("hunter2\nhunter3", to: "two")
        func messages(_ line: String, _ environment: [String: String]) -> [String] {
            verdict("web-port=80", line, environment: environment).messages
        }
        #expect(
            messages("static-auth-secret=$CREDENTIALS_DIRECTORY/x", [:]) == [
                "sterna.conf:2: static-auth-secret: there is no $CREDENTIALS_DIRECTORY here; systemd sets it for a service with LoadCredential="
            ])
        #expect(
            messages("static-auth-secret=$CREDENTIALS_DIRECTORY/x", environment).first?.contains("cannot be read")
                == true)
        #expect(
            messages("static-auth-secret=$CREDENTIALS_DIRECTORY/empty", environment).first?.contains("holds 0") == true)
        #expect(
            messages("static-auth-secret=$CREDENTIALS_DIRECTORY/../x", environment).first?.contains("is no name")
                == true)
        let two = messages("pkey-pwd=$CREDENTIALS_DIRECTORY/two", environment)
        #expect(two.first?.contains("holds 2") == true && !two.contains { $0.contains("hunter") })
    }
}
