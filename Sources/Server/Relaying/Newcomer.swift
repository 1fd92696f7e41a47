// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// A TCP stream that has not said anything yet: its first byte tells what it is (RFC 7983).
final class Newcomer: StreamOwner {
    private unowned let worker: Worker

    /// How long a stream may say nothing.
    private static let patience: Duration = .seconds(10)
    /// The type of a TLS record that begins a handshake (RFC 8446 §5.1).
    private static let handshake: UInt8 = 22

    init(at worker: Worker) { self.worker = worker }

    /// Begins to read.
    func open(_ stream: Stream) throws(Errno) {
        try stream.open(owner: self)
        stream.deadline = worker.loop.now.instant + Self.patience
    }

    func received(_ bytes: Span<UInt8>, on stream: Stream) {
        guard let first = bytes.isEmpty ? nil : bytes[0] else { return }
        if first == Self.handshake, let context = worker.context {
            guard worker.place.limits.mayShakeHands(stream.peer.address, now: worker.loop.now.instant) else {
                return stream.abort()
            }
            let secure = SecureStream(on: stream, serving: context, scratch: worker.scratch) {
                [unowned worker] stream, name, first in worker.welcome(stream, name, first)
            }
            secure.take(over: bytes, now: worker.loop.now.instant)
        } else if worker.takesPlainStreams, StreamClient.begins(with: first) {
            let client = worker.admit(stream, over: .tcp)
            stream.hand(to: client)
            client.received(bytes)
        } else {
            stream.abort()
        }
    }

    func closed(_ stream: Stream, because end: Stream.End) {}
}

extension Worker {
    /// Takes in a client behind a stream that carries STUN.
    @discardableResult
    func admit(_ stream: any ByteStream, over transport: Transport, moves: Int = 0) -> StreamClient {
        let client = StreamClient(stream, transport, worker: self, moves: moves)
        streams[client.flow] = client
        client.expectCredentials(by: stream.deadline)
        return client
    }

    /// Takes in a client whose TLS handshake is complete, when STUN is what it came for (RFC 7443).
    func welcome(_ stream: SecureStream, _ name: String?, _ first: UInt8?) -> SecureStream.Welcome {
        let isMeant = name.map(ServerCertificate.relayProtocols.contains) ?? first.map(StreamClient.begins) ?? false
        return isMeant ? .owned(admit(stream, over: .tls)) : .refused
    }

    /// Takes in a client that another loop has shaken hands with.
    func adopt(_ parcel: SecureParcel) {
        guard let stream = SecureStream(unpacking: parcel, on: loop, scratch: scratch) else { return }
        let client = admit(stream, over: .tls, moves: parcel.moves)
        // Out of descriptors for epoll: the stream closes as it is let go.
        do throws(Errno) {
            try stream.open(for: client, after: parcel) { client.expectCredentials(by: parcel.deadline) }
        } catch {
            disconnected(client)
        }
    }
}
