// SPDX-License-Identifier: Apache-2.0
import TLS
import Testing
import Wire

/// A TLS connection to the server under test.
final class SecureClient {
    private let carrier: RawClient
    private var session: Session
    private var received: [UInt8] = []

    /// Shakes hands; the error is the session's failure, or that the server closed.
    init(_ endpoint: Endpoint, trusting authority: String, protocols: [String] = [], host: String = "localhost") throws
    {
        carrier = try RawClient(endpoint)
        let context = try Context(trusting: .authorities(path: authority), over: .stream, protocols: protocols)
        session = Session(connecting: context, to: host)
        take([])
        while session.state == .handshaking {
            let bytes = try carrier.readSome()
            guard !bytes.isEmpty else { throw Ended() }
            take(bytes)
        }
        if case .failed(let failure) = session.state { throw failure }
    }

    struct Ended: Error {}

    var negotiatedProtocol: String? { session.negotiatedProtocol }
    var certificate: Certificate? { session.peerCertificate }

    func send(_ bytes: [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var room = buffer.mutableSpan
        let (_, written) = session.send(bytes.span, into: &room)
        carrier.send(Array(buffer[..<written]))
    }

    /// What the server has said once `isEnough`, or when it closed.
    func read(until isEnough: ([UInt8]) -> Bool) throws -> [UInt8] {
        while !isEnough(received), session.state == .open {
            let bytes = try carrier.readSome()
            if bytes.isEmpty { break }
            take(bytes)
        }
        return received
    }

    private func take(_ bytes: [UInt8]) {
        var rest = bytes
        while true {
            var plaintext = [UInt8](repeating: 0, count: 65_536)
            var answer = plaintext
            var plaintextRoom = plaintext.mutableSpan
            var answerRoom = answer.mutableSpan
            let progress = session.receive(rest.span, plaintext: &plaintextRoom, answer: &answerRoom)
            received += plaintext[..<progress.plaintext]
            carrier.send(Array(answer[..<progress.answer]))
            rest.removeFirst(progress.consumed)
            if !progress.hasMore { return }
        }
    }
}
