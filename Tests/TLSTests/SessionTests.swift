// SPDX-License-Identifier: Apache-2.0

import TLS
import Testing

@Suite("A TLS session")
struct SessionTests {
    let workshop: Workshop
    let served = ["stun.turn", "stun.nat-discovery", "http/1.1"]

    init() throws { workshop = try Workshop.shared.get() }

    @Test("carries what both sides say, also more than a record at once")
    func talk() throws {
        var pair = Pair(try workshop.server(), try workshop.client())
        pair.shakeHands()
        #expect(pair.server.session.state == .open)
        #expect(pair.client.session.state == .open)
        #expect(pair.client.session.cipher.hasPrefix("TLSv1.3 "))
        #expect(pair.client.session.peerCertificate?.subject == "CN=leaf,O=Sterna tests")
        let long = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        _ = pair.server.receive(pair.client.send(long))
        #expect(pair.server.heard == long)
        _ = pair.client.receive(pair.server.send([1, 2, 3]))
        #expect(pair.client.heard == [1, 2, 3])
    }

    @Test("works with as little room as one record and its overhead")
    func narrow() throws {
        var pair = Pair(try workshop.server(), try workshop.client(), room: 600)
        pair.shakeHands()
        #expect(pair.server.session.state == .open)
        let long = (0..<20_000).map { UInt8(truncatingIfNeeded: $0) }
        _ = pair.server.receive(pair.client.send(long))
        #expect(pair.server.heard == long)
    }

    @Test("chooses the ALPN name that the server likes best of those offered")
    func protocols() throws {
        for (offer, choice) in [
            (["stun.turn"], "stun.turn"), (["h2", "http/1.1"], "http/1.1"),
            (["http/1.1", "stun.nat-discovery"], "stun.nat-discovery"), ([], nil),
        ] as [([String], String?)] {
            var pair = Pair(try workshop.server(served), try workshop.client(offer))
            pair.shakeHands()
            #expect(pair.server.session.state == .open)
            #expect(pair.server.session.negotiatedProtocol == choice)
            #expect(pair.client.session.negotiatedProtocol == choice)
        }
    }

    @Test("refuses a client that offers other ALPN names only, with the alert that says so")
    func strictProtocols() throws {
        var pair = Pair(try workshop.server(["stun.turn"]), try workshop.client(["h2"]))
        pair.shakeHands()
        #expect(pair.server.session.state == .failed(.noCommonProtocol))
        #expect(pair.client.session.state == .failed(.alert(120)))
    }

    @Test("a client believes the name it asked for, and no other", arguments: ["other.example", "192.0.2.1", "leaf"])
    func wrongName(host: String) throws {
        var pair = Pair(try workshop.server(), try workshop.client(), host: host)
        pair.shakeHands()
        guard case .failed(.untrusted(let reason)) = pair.client.session.state else {
            Issue.record("believed")
            return
        }
        #expect(reason.lowercased().contains("mismatch"))
        guard case .failed(.alert) = pair.server.session.state else {
            Issue.record("the server was not told")
            return
        }
    }

    @Test("a client believes addresses too", arguments: ["127.0.0.1", "2001:db8::7", "x.tern.example"])
    func rightName(host: String) throws {
        var pair = Pair(try workshop.server(), try workshop.client(), host: host)
        pair.shakeHands()
        #expect(pair.client.session.state == .open)
    }

    @Test("a client does not believe an authority it does not know")
    func stranger() throws {
        var pair = Pair(try workshop.server(), try Context(trusting: .system, over: .stream))
        pair.shakeHands()
        guard case .failed(.untrusted) = pair.client.session.state else {
            Issue.record("believed")
            return
        }
    }

    @Test("ends with close_notify, after which nothing more is read")
    func goodbye() throws {
        var pair = Pair(try workshop.server(), try workshop.client())
        pair.shakeHands()
        let last = pair.client.send([7]) + pair.client.finish()
        _ = pair.server.receive(last)
        #expect(pair.server.heard == [7])
        #expect(pair.server.session.state == .finished)
        _ = pair.client.receive(pair.server.send([8]) + pair.server.finish())
        #expect(pair.client.heard == [8])
        #expect(pair.client.session.state == .finished)
    }

    @Test("a new context serves new handshakes while old sessions go on")
    func reload() throws {
        let client = try workshop.client()
        var old = Pair(try workshop.server(), client)
        old.shakeHands()
        let rsa = try Identity(certificate: workshop.path("rsa.pem"), key: workshop.path("rsa.key"))
        var new = Pair(try Context(serving: rsa, over: .stream), client)
        new.shakeHands()
        #expect(new.client.session.peerCertificate?.key == "RSA 2048")
        _ = old.server.receive(old.client.send([1]))
        #expect(old.server.heard == [1])
    }

    @Test("threads share one context")
    func threads() async throws {
        let (server, client) = (try workshop.server(served), try workshop.client(served))
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<25).allSatisfy { _ in
                        var pair = Pair(server, client)
                        pair.shakeHands()
                        return pair.server.session.state == .open && pair.client.session.state == .open
                    }
                }
            }
            for await isOpen in group { #expect(isOpen) }
        }
    }
}
