// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@testable import Server

@Suite("Who is asked under another name does not answer")
struct HostPolicyTests {
    private func policy() -> HostPolicy {
        var settings = Settings()
        settings.publicURL = "https://Call.example.org:8443"
        settings.allowedOrigins = ["https://www.example.net"]
        settings.realm = "example.com"
        return HostPolicy(settings, machine: "box.lan.example")
    }

    @Test(
        "addresses, this machine, names of one label and the names that the operator has written are the server's own",
        arguments: [
            "192.0.2.1", "192.0.2.1:8080", "[2001:db8::1]:443", "[::1]", "localhost:8080", "call.localhost",
            "call.example.org", "CALL.example.org.:9000", "www.example.net", "example.com:1", "box.lan.example",
            "box.local", "sterna:8080", "",
        ])
    func own(authority: String) { #expect(policy().admits(authority)) }

    @Test(
        "every other name is not, however much it looks like one",
        arguments: [
            "evil.example", "call.example.org.evil.example", "xcall.example.org", "192.0.2.1.evil.example",
            "localhost.evil.example", "127.0.0.1.nip.io:8080", "0x7f.1", "other.local", "example.org",
        ])
    func foreign(authority: String) {
        #expect(!policy().admits(authority))
        #expect(HostPolicy.complaint(of: authority).contains("public-url=https://"))
    }

    @Test("without public-url the addresses and the machine's own name are enough")
    func fresh() {
        let policy = HostPolicy(Settings(), machine: "box.lan.example")
        #expect(["203.0.113.4", "box.lan.example:443", "box"].allSatisfy { policy.admits($0) })
        #expect(!policy.admits("box.lan.example.evil.example"))
    }
}
