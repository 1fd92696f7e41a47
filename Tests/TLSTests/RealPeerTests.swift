// SPDX-License-Identifier: Apache-2.0

import Foundation
import TLS
import Testing

@Suite("openssl(1) as the peer")
struct RealPeerTests {
    let workshop: Workshop

    init() throws { workshop = try Workshop.shared.get() }

    /// What a server saw of one client, and what the client printed.
    struct Meeting {
        var state = Session.State.handshaking
        var protocolName: String?
        var cipher = ""
        var heard: [UInt8] = []
        var printed = ""
    }

    /// Serves one `openssl s_client`, which says `words`; the server says them back in upper case.
    private func meet(_ context: Context, _ arguments: [String], saying words: String = "tern\n") async throws
        -> Meeting
    {
        let listener = try Socket(bound: SOCK_STREAM)
        let program = try Program(
            "openssl",
            ["s_client", "-connect", "127.0.0.1:\(listener.port)", "-CAfile", "root.pem", "-servername", "localhost"]
                + arguments, in: workshop.directory)
        defer { program.stop() }
        let connection = try listener.accept()
        var meeting = Meeting()
        var end = End(Session(serving: context))
        program.write(words)
        while true {
            let bytes = connection.read()
            if bytes.isEmpty { break }
            connection.write(end.receive(bytes))
            meeting.state = end.session.state
            if case .failed = meeting.state { break }
            if end.heard.count >= words.utf8.count, !words.isEmpty {
                meeting.heard = end.heard
                connection.write(end.send(Array(String(decoding: end.heard, as: UTF8.self).uppercased().utf8)))
                connection.write(end.finish())
                break
            }
        }
        meeting.protocolName = end.session.negotiatedProtocol
        meeting.cipher = end.session.cipher
        shutdown(connection.number, Int32(SHUT_WR))
        program.closeInput()
        meeting.printed = program.outputUntilEnd()
        return meeting
    }

    @Test(
        "talks in each version with each ALPN name", .timeLimit(.minutes(10)),
        arguments: ["-tls1_2", "-tls1_3"], ["stun.turn", "stun.nat-discovery", "http/1.1", ""])
    func versions(version: String, name: String) async throws {
        let context = try workshop.server(["stun.turn", "stun.nat-discovery", "http/1.1"])
        let meeting = try await meet(
            context, [version, "-verify_return_error"] + (name.isEmpty ? [] : ["-alpn", name]))
        #expect(meeting.heard == Array("tern\n".utf8))
        #expect(meeting.protocolName == (name.isEmpty ? nil : name))
        #expect(meeting.cipher.hasPrefix(version == "-tls1_2" ? "TLSv1.2 ECDHE-ECDSA-" : "TLSv1.3 "))
        #expect(meeting.printed.contains("TERN"))
        #expect(meeting.printed.contains("Verify return code: 0 (ok)"))
        #expect(meeting.printed.contains(name.isEmpty ? "No ALPN negotiated" : "ALPN protocol: \(name)"))
        #expect(meeting.printed.contains("Secure Renegotiation IS") == true)
    }

    @Test(
        "is refused with the alert that tells why", .timeLimit(.minutes(10)),
        arguments: [
            (["-alpn", "h2"], Failure.noCommonProtocol, "alert number 120"),
            (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], .version, "alert number 70"),
            (["-tls1_2", "-cipher", "AES256-SHA256"], .noCommonCipher, "alert number 40"),
            (["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"], .noCommonCipher, "alert number 40"),
        ])
    func refusals(arguments: [String], failure: Failure, alert: String) async throws {
        let meeting = try await meet(try workshop.server(["stun.turn"]), arguments)
        #expect(meeting.state == .failed(failure))
        #expect(meeting.printed.contains(alert), "\(meeting.printed)")
    }

    @Test("finds the server without TLS 1.2 when that is switched off", .timeLimit(.minutes(10)))
    func only13() async throws {
        var options = Context.Options()
        options.allowsTLS12 = false
        let context = try Context(serving: workshop.identity(), over: .stream, options)
        let refused = try await meet(context, ["-tls1_2"])
        #expect(refused.state == .failed(.version))
        let served = try await meet(context, [])
        #expect(served.cipher.hasPrefix("TLSv1.3 "))
    }

    @Test("gets the DHE suite of RFC 8489 when the operator names it", .timeLimit(.minutes(10)))
    func dhe() async throws {
        var options = Context.Options()
        options.ciphers = "DHE-RSA-AES128-GCM-SHA256"
        let identity = try Identity(certificate: workshop.path("rsa.pem"), key: workshop.path("rsa.key"))
        let meeting = try await meet(try Context(serving: identity, over: .stream, options), ["-tls1_2"])
        #expect(meeting.cipher == "TLSv1.2 DHE-RSA-AES128-GCM-SHA256")
    }

    @Test("that asks for renegotiation is refused and sent away (TLS-003)", .timeLimit(.minutes(10)))
    func renegotiation() async throws {
        let meeting = try await meet(try workshop.server(), ["-tls1_2"], saying: "R\n")
        #expect(meeting.state == .failed(.renegotiation))
        #expect(meeting.heard.isEmpty)
    }

    @Test("may update its keys, but not for ever (TLS-004)", .timeLimit(.minutes(10)))
    func keyUpdates() async throws {
        let listener = try Socket(bound: SOCK_STREAM)
        let program = try Program(
            "openssl", ["s_client", "-connect", "127.0.0.1:\(listener.port)", "-tls1_3"], in: workshop.directory)
        defer { program.stop() }
        let connection = try listener.accept()
        var end = End(Session(serving: try workshop.server()))
        var updates = 0
        while true {
            if end.session.state == .open, updates < 100 {
                program.write("K\n")
                updates += 1
            }
            let bytes = connection.read()
            if bytes.isEmpty { break }
            connection.write(end.receive(bytes))
            if case .failed = end.session.state { break }
        }
        #expect(end.session.state == .failed(.keyUpdates))
        #expect(updates > 32)
        #expect(updates < 50)
    }

    @Test("resumes with a ticket that another session of the context gave", .timeLimit(.minutes(10)))
    func tickets() async throws {
        let context = try workshop.server()
        let first = try await meet(context, ["-tls1_3", "-sess_out", "ticket.pem"])
        #expect(first.printed.contains("New, TLSv1.3"))
        let second = try await meet(context, ["-tls1_3", "-sess_in", "ticket.pem"])
        #expect(second.printed.contains("Reused, TLSv1.3"))
        #expect(second.heard == Array("tern\n".utf8))
    }

    @Test("as a server is talked to, in each version", .timeLimit(.minutes(10)), arguments: ["-tls1_2", "-tls1_3"])
    func server(version: String) async throws {
        let free = try Socket(bound: SOCK_STREAM).port
        let program = try Program(
            "openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(free)", "-cert", "leaf.pem", "-key", "leaf.key", "-cert_chain",
                "middle.pem", "-alpn", "stun.turn", "-naccept", "1", "-rev", version,
            ], in: workshop.directory)
        defer { program.stop() }
        _ = program.output(until: "ACCEPT")
        let connection = try Socket(connectingTo: free)
        var end = End(Session(connecting: try workshop.client(["stun.turn"]), to: "localhost"))
        connection.write(end.receive([]))
        while end.session.state == .handshaking {
            let bytes = connection.read()
            if bytes.isEmpty { break }
            connection.write(end.receive(bytes))
        }
        #expect(end.session.state == .open)
        #expect(end.session.negotiatedProtocol == "stun.turn")
        connection.write(end.send(Array("tern\n".utf8)))
        while end.heard.isEmpty, end.session.state == .open {
            let bytes = connection.read()
            if bytes.isEmpty { break }
            _ = end.receive(bytes)
        }
        #expect(String(decoding: end.heard, as: UTF8.self) == "nret\n")
    }

    @Test("speaks DTLS 1.2 with the server", .timeLimit(.minutes(10)), arguments: ["stun.turn", ""])
    func datagrams(name: String) async throws {
        let socket = try Socket(bound: SOCK_DGRAM)
        let program = try Program(
            "openssl",
            [
                "s_client", "-dtls1_2", "-connect", "127.0.0.1:\(socket.port)", "-CAfile", "root.pem",
                "-verify_return_error", "-mtu", "1200",
            ] + (name.isEmpty ? [] : ["-alpn", name]), in: workshop.directory)
        defer { program.stop() }
        var server = DatagramServer(try workshop.server(["stun.turn"], over: .datagrams))
        program.write("tern\n")
        while server.heard.isEmpty {
            let (datagram, sender) = socket.receive()
            if datagram.isEmpty { break }
            for answer in server.receive(datagram) { socket.send(answer, to: sender) }
            if let heard = server.heard.first {
                let answer = String(decoding: heard, as: UTF8.self).uppercased()
                socket.send(server.send(Array(answer.utf8)), to: sender)
                socket.send(server.finish(), to: sender)
            }
        }
        program.closeInput()
        let printed = program.outputUntilEnd()
        #expect(server.changes.first == .opened)
        #expect(server.admitted == 1)
        #expect(printed.contains("TERN"), "\(printed)")
        #expect(printed.contains("Verify return code: 0 (ok)"))
        #expect(printed.contains(name.isEmpty ? "No ALPN negotiated" : "ALPN protocol: stun.turn"))
    }
}
