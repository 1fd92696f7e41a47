// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing
import Wire

@Suite("coturn's file format")
struct FormatTests {
    @Test(
        "a key and its value stand in any of coturn's ways",
        arguments: [
            "realm=example.org", "realm example.org", "realm = example.org", "  realm=example.org  ",
            "realm=\"example.org\"", "realm='example.org'", "realm\texample.org", "realm=example.org\r",
            "\u{FEFF}realm=example.org", "realm==example.org", "realm = = example.org", "realm=\u{A0}example.org\u{A0}",
        ])
    func value(line: String) throws {
        let settings = try #require(verdict(line, "web-port=8080").settings)
        #expect(settings.realm == "example.org")
    }

    @Test(
        "a flag is on without a value, and says no in all of coturn's words",
        arguments: [
            ("rfc8656-channel-numbers", true), ("rfc8656-channel-numbers=", true), ("rfc8656-channel-numbers=on", true),
            ("rfc8656-channel-numbers=YES", true), ("rfc8656-channel-numbers=t", true),
            ("rfc8656-channel-numbers=0", false), ("rfc8656-channel-numbers no", false),
            ("rfc8656-channel-numbers=False", false), ("rfc8656-channel-numbers=off", false),
        ])
    func flag(line: String, expected: Bool) throws {
        let settings = try #require(verdict(line, "web-port=8080").settings)
        #expect(settings.rfc8656ChannelNumbers == expected)
    }

    @Test("coturn's name for the wide range of channels is understood, and says no too")
    func olderNumbers() throws {
        #expect(try #require(verdict("web-port=80").settings).rfc8656ChannelNumbers == false)
        #expect(try #require(verdict("rfc5766-channel-numbers", "web-port=80").settings).rfc8656ChannelNumbers == false)
        #expect(try #require(verdict("rfc5766-channel-numbers=no", "web-port=80").settings).rfc8656ChannelNumbers)
    }

    @Test("comments and blank lines count as lines and say nothing")
    func comments() {
        let verdict = verdict("# a comment", "", "   # another", "min-port=x", "web-port=80")
        #expect(
            verdict.messages == [
                "sterna.conf:4: min-port: “x” is not right; right would be a number from 1 to 65535"
            ])
    }

    @Test("a password may hold every character, blanks inside quotes too")
    func passwords() throws {
        let settings = try #require(
            verdict("user=ana:a#b=c:d", "user=\"bob: two words \"", "web-port=80").settings)
        #expect(settings.users.map(\.name) == ["ana", "bob"])
        #expect(settings.users.map(\.credential) == [.password("a#b=c:d"), .password(" two words ")])
    }

    @Test("a comment behind a text is taken for the text, and says so")
    func commentBehindText() {
        let verdict = verdict("realm=example.org # ours", "web-port=80")
        #expect(verdict.settings?.realm == "example.org # ours")
        #expect(
            verdict.messages == [
                "sterna.conf:1: warning: all that follows “realm=” is its value, “#” included; move the comment to a line of its own"
            ])
    }

    @Test("what coturn lets be repeated adds up, the rest takes the last and says so")
    func repeated() throws {
        let verdict = verdict(
            "listening-ip=192.0.2.1", "listening-ip=[2001:db8::1]", "realm=a", "realm=b", "web-port=80")
        let settings = try #require(verdict.settings)
        #expect(settings.listeningAddresses.map(\.description) == ["192.0.2.1", "2001:db8::1"])
        #expect(settings.realm == "b")
        #expect(
            verdict.messages == [
                "sterna.conf:4: warning: realm was set before (sterna.conf:3); the last one counts"
            ])
    }

    @Test("an empty listening-ip is every IPv4 address, as in coturn")
    func emptyAddress() throws {
        let settings = try #require(verdict("listening-ip=", "web-port=80").settings)
        #expect(settings.listeningAddresses == [.anyV4])
    }

    @Test("an optional argument of coturn's may be left out")
    func optionalArguments() throws {
        let verdict = verdict("stale-nonce", "max-allocate-lifetime", "web-port=80")
        #expect(verdict.problems.isEmpty)
        #expect(verdict.settings?.staleNonce == .seconds(600))
    }

    @Test("the environment overrides the file, the command line both, and a list as a whole")
    func layers() throws {
        let verdict = verdict(
            "min-port=50000", "max-port=50999", "listening-ip=192.0.2.1", "listening-ip=192.0.2.2", "web-port=80",
            environment: [
                "STERNA_MIN_PORT": "51000", "STERNA_MAX_PORT": "51999", "STERNA_LISTENING_IP": "::1, 127.0.0.1",
                "PATH": "/bin",
            ],
            arguments: ["--max-port=52999", "--rfc8656-channel-numbers", "--realm", "example.org"])
        let settings = try #require(verdict.settings)
        #expect(settings.relayPorts == 51000...52999)
        #expect(settings.listeningAddresses == [.loopbackV6, .loopbackV4])
        #expect(settings.rfc8656ChannelNumbers)
        #expect(settings.realm == "example.org")
        #expect(verdict.problems.isEmpty)
    }

    @Test("a variable that a container platform injects only warns")
    func injectedVariables() {
        let verdict = verdict(
            "web-port=80", environment: ["STERNA_SERVICE_HOST": "10.0.0.1", "STERNA_WEB_PROT": "81"])
        #expect(verdict.settings != nil)
        #expect(
            verdict.messages == [
                "environment, STERNA_SERVICE_HOST: warning: ignored; no setting has this name",
                "environment, STERNA_WEB_PROT: warning: ignored; did you mean STERNA_WEB_PORT?",
            ])
    }
}
