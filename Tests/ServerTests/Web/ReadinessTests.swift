// SPDX-License-Identifier: Apache-2.0
import Configuration
import Crypto
import Testing
import Wire

@testable import Server
@testable import TLS

@Suite("Readiness")
struct ReadinessTests {
    @Test("is told when the relay gives an allocation, to everybody who asks at once")
    func ready() throws {
        let service = try TestService()
        let clients = try (0..<5).map { _ in try RawClient(service.web) }
        for client in clients { client.send("GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") }
        for client in clients {
            let answer = try Answer(client.readToEnd())
            #expect(answer.status == 200, "\(answer.body)")
        }
    }

    @Test(
        "is denied while clients refuse the certificate", arguments: [(9, true), (10, false), (19, false), (20, true)])
    func certificate(second: Int64, isFault: Bool) {
        let certificate = Certificate(
            subject: "", issuer: "", names: ["a.example"], addresses: [], notBefore: UnixTime(seconds: 10),
            notAfter: UnixTime(seconds: 20), key: "EC 256", isSelfSigned: false, fingerprint: [])
        #expect(Readiness.faults(of: certificate, now: UnixTime(seconds: second)).isEmpty != isFault)
    }

    static func probe() -> AllocationProbe {
        AllocationProbe(
            with: RESTCredential(name: "a", expiry: UnixTime(seconds: 1), secret: [1]),
            random: RandomStream(testSeed: 1),
            now: Instant(nanoseconds: 0))
    }

    @Test("is denied when the relay is silent for two seconds")
    func silence() {
        var probe = Self.probe()
        var sent = 0
        var failure: String?
        while failure == nil {
            while let output = probe.nextOutput() {
                switch output {
                case .send: sent += 1
                case .finished(let reason): failure = reason
                }
            }
            if let deadline = probe.deadline { probe.tick(now: deadline) }
        }
        #expect(sent == 8)
        #expect(failure == "the relay does not answer")
        let deadline = probe.deadline
        #expect(deadline == nil)
    }

    @Test("hears nothing but the answer to its own question")
    func strangers() {
        var probe = Self.probe()
        guard case .send(let request)? = probe.nextOutput() else { return }
        probe.handle(request.span, now: Instant(nanoseconds: 1))
        probe.handle([UInt8](repeating: 1, count: 20).span, now: Instant(nanoseconds: 1))
        for count in request.indices { probe.handle(request.span.extracting(0..<count), now: Instant(nanoseconds: 1)) }
        let output = probe.nextOutput()
        #expect(output == nil)
    }
}
