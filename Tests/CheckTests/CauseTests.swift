// SPDX-License-Identifier: Apache-2.0
import Engine
import TLS
import Testing
import Wire

@testable import Check

@Suite("The cause of a finding")
struct CauseTests {
    @Test("has a name of its own and says what to do, whichever it is", arguments: Cause.Name.allCases)
    func remedy(name: Cause.Name) {
        let causes = Self.samples(of: name)
        #expect(!causes.isEmpty)
        for cause in causes {
            #expect(cause.name == name)
            let remedy = cause.remedy
            #expect(remedy.count > 10)
            #expect(remedy.first?.isUppercase != true, "a remedy goes on behind an arrow: \(remedy)")
            #expect(!remedy.contains("Optional(") && !remedy.hasSuffix("."), "\(remedy)")
            let finding = Finding.fail(.turn, "something is wrong", cause)
            #expect(finding.remedy == remedy)
            #expect(finding.json["cause"]?.string == name.rawValue)
            #expect(finding.json["remedy"]?.string == remedy)
        }
    }

    @Test("is named as the manual names it", arguments: Cause.Name.allCases)
    func manual(name: Cause.Name) throws {
        let page = try #require(Files.text(Self.folder + "/man/sterna-check.1"))
        let written = name.rawValue.replacing("-", with: "\\-")
        #expect(page.contains(".B \(written)\n"), "man/sterna-check.1 does not explain \(name.rawValue)")
    }

    @Test("of a way that is closed follows from how it is closed")
    func obstacles() {
        let web = Target(transport: .tcp, endpoint: Endpoint(.loopbackV4, 80), host: "x")
        let port = Port(80, isUDP: false)
        #expect(Obstacle(Errno.connectionRefused).cause(at: web, listens: false) == .nothingListens)
        #expect(Obstacle(Errno.connectionRefused).cause(at: web, listens: true) == .turnedAway(port))
        #expect(Obstacle.silence.cause(at: web, listens: true) == .noAnswer(port))
        #expect(Obstacle(Errno.connectionReset).cause(at: web, listens: false) == .connectionClosed(port))
        #expect(Obstacle(.finished).cause(at: web, listens: false) == .connectionClosed(port))
        #expect(Obstacle(.timedOut).cause(at: web, listens: false) == .noAnswer(port))
        #expect(Obstacle(Errno.addressNotAvailable).cause(at: web, listens: false) == .unreachable)
        #expect(Obstacle(Errno.tooManyOpenFiles).cause(at: web, listens: false) == .cannotAsk)
        #expect(Obstacle.noSession(.notTLS).cause(at: web, listens: true) == .noSession(isDTLS: false))
        #expect(!Cause.nothingListens.remedy.contains("ufw"))
        #expect(Cause.noAnswer(port).remedy.contains("ufw allow 80/tcp"))
    }

    static let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
}
