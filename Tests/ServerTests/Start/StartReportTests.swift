// SPDX-License-Identifier: Apache-2.0
import Configuration
import Engine
import Testing
import Wire

@testable import Server

@Suite("The report on what a start would find")
struct StartReportTests {
    func verdict(_ lines: [String]) -> Verdict {
        Input(file: .init(path: "sterna.conf", text: lines.joined(separator: "\n"))).verdict()
    }

    func free() throws -> UInt16 { try Listener.probe(Endpoint(.loopbackV4, 0)).port }

    @Test("finds nothing where everything is free, and opens nothing for long")
    func nothing() throws {
        let verdict = verdict(["listening-ip=127.0.0.1", "listening-port=\(try free())", "user=ana:secret"])
        let settings = try #require(verdict.settings)
        for _ in 0..<2 { #expect(StartReport(settings).findings.filter { $0.weight != .remark }.isEmpty) }
    }

    @Test("names a port that somebody has, over UDP and over TCP, and calls that no mistake of the file")
    func held() throws {
        let other = try DatagramSocket(at: Endpoint(.loopbackV4, 0))
        let verdict = verdict(["listening-ip=127.0.0.1", "listening-port=\(other.local.port)", "user=ana:secret"])
        let report = StartReport(try #require(verdict.settings))
        #expect(report.held.map(\.endpoint) == [other.local])
        #expect(report.held.map(\.transport) == [.udp])
        #expect(!report.isObstructed)
        #expect(report.problems(in: verdict, file: "sterna.conf").allSatisfy { $0.severity == .warning })
    }

    @Test("has an obstacle at its line where a certificate is wrong, and a remark where it is not there")
    func certificate() throws {
        let port = try free()
        let lines = ["listening-ip=127.0.0.1", "listening-port=\(port)", "user=ana:secret", "cert=/etc/hostname"]
        let wrong = verdict(lines)
        let report = StartReport(try #require(wrong.settings))
        #expect(report.isObstructed)
        let errors = report.problems(in: wrong, file: "sterna.conf").filter { $0.severity == .error }
        #expect(errors.map(\.origin.description) == ["sterna.conf:4"])
        let missing = verdict(lines.dropLast() + ["cert=/nowhere/cert.pem"])
        let remarks = StartReport(try #require(missing.settings)).findings.filter { $0.key == "cert" }
        #expect(remarks.map(\.weight) == [.remark])
        #expect(
            remarks.first?.explanation.hasPrefix("TLS and DTLS are not served: cannot read “/nowhere/cert.pem”") == true
        )
        let pages = verdict(lines.dropLast() + ["cert=/nowhere/cert.pem", "web-tls-port=\(try free())"])
        #expect(StartReport(try #require(pages.settings)).isObstructed)
    }

    @Test("tells of folders that are not there, and of files in the place of folders")
    func folders() throws {
        let port = try free()
        let lines = ["listening-ip=127.0.0.1", "listening-port=\(port)", "web-port=\(try free())", "user=ana:secret"]
        let missing = verdict(
            lines + ["data-dir=/dev/null/data", "acme-webroot=/nowhere/acme", "admin-socket=/nowhere/admin.sock"])
        let told = StartReport(try #require(missing.settings)).findings.filter { $0.weight == .remark }.map(
            \.explanation)
        #expect(told.contains { $0.hasPrefix("acme-webroot=/nowhere/acme does not exist; install -d") })
        #expect(told.contains { $0.hasPrefix("admin-socket=/nowhere/admin.sock: there is no folder /nowhere") })
        let file = verdict(lines + ["data-dir=/dev/null"])
        let findings = StartReport(try #require(file.settings)).findings.filter { $0.key == "data-dir" }
        #expect(findings.map(\.explanation) == ["data-dir=/dev/null is a file; name a folder"])
        #expect(findings.map(\.weight) == [.remark])
    }

    @Test("has no obstacle in an address that is waited for, and names it")
    func awaited() throws {
        let late = verdict(["listening-ip=45.99.0.1", "user=ana:secret"])
        let report = StartReport(try #require(late.settings))
        #expect(!report.isObstructed)
        #expect(report.awaited.map(\.description) == ["45.99.0.1"])
        let both = verdict(["listening-ip=45.99.0.1", "listening-ip=127.0.0.1", "user=ana:secret"])
        #expect(StartReport(try #require(both.settings)).awaited.isEmpty)
    }
}
