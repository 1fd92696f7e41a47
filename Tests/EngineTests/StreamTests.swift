// SPDX-License-Identifier: Apache-2.0
import Engine
import Glibc
import Testing
import Wire

/// Both ends of a connection over loopback, each with an owner that remembers.
final class Party: StreamOwner {
    var bytes: [UInt8] = []
    var hasFinishedPeer = false
    var isConnected = false
    var drains = 0
    var end: Stream.End?
    var stream: Stream?
    var answersFinish = true
    var echoes = false

    func received(_ bytes: Span<UInt8>, on stream: Stream) {
        self.bytes += bytes.array
        if echoes { stream.send(bytes) }
    }

    func peerFinished(_ stream: Stream) {
        hasFinishedPeer = true
        if answersFinish { stream.finish() }
    }

    func connected(_ stream: Stream) { isConnected = true }
    func drained(_ stream: Stream) { drains += 1 }
    func closed(_ stream: Stream, because end: Stream.End) { self.end = end }
}

@Suite("Stream")
struct StreamTests {
    /// A listener and a client connected to it.
    func connection(_ loop: Loop, at address: IPAddress = .loopbackV4) throws -> (client: Party, server: Party) {
        let (client, server) = (Party(), Party())
        var listener: Listener?
        let made = try Listener(at: Endpoint(address, 0), on: loop) { stream in
            server.stream = stream
            try? stream.open(owner: server)
            listener?.close()
        }
        listener = made
        client.stream = try Stream(connectingTo: made.local, on: loop, owner: client)
        loop.turn(until: { server.stream != nil })
        try #require(server.stream != nil)
        return (client, server)
    }

    @Test("carries bytes both ways and knows both ends", arguments: [IPAddress.loopbackV4, .loopbackV6])
    func echo(address: IPAddress) throws {
        let loop = try Loop()
        let (client, server) = try connection(loop, at: address)
        server.echoes = true
        #expect(client.stream?.send([1, 2, 3]) == true)
        loop.turn(until: { client.bytes.count == 3 })
        #expect(server.bytes == [1, 2, 3])
        #expect(client.bytes == [1, 2, 3])
        #expect(server.stream?.peer == client.stream?.local)
        #expect(server.stream?.local == client.stream?.peer)
    }

    @Test("refuses what passes the limit while the peer reads nothing, and loses nothing that it took")
    func backPressure() throws {
        let loop = try Loop()
        let (client, server) = try connection(loop)
        let stream = try #require(client.stream)
        stream.sendLimit = 100_000
        server.stream?.read(false)
        var sent: [UInt8] = []
        var refused = false
        while !refused, sent.count < 50_000_000 {
            let piece = (0..<10_000).map { UInt8(truncatingIfNeeded: sent.count / 10_000 &+ $0) }
            refused = !stream.send(piece)
            if !refused { sent += piece }
            loop.turn(waitingAtMost: .zero)
        }
        #expect(refused)
        #expect(stream.backlog <= 100_000)
        #expect(server.bytes == [])
        server.stream?.read(true)
        loop.turn(until: { server.bytes.count == sent.count })
        #expect(server.bytes == sent)
        #expect(stream.backlog == 0)
        #expect(client.drains == 1)
        #expect(stream.send([1]))
    }

    @Test("connects from where it listens, and listens there all the while")
    func connectsFromListener() throws {
        let loop = try Loop()
        let (first, second) = (Party(), Party())
        var arrived = 0
        let relay = try Listener(connectingFrom: Endpoint(.loopbackV4, 0), on: loop) { _ in arrived += 1 }
        var peers: [Listener] = []
        var sources: [Endpoint] = []
        for party in [first, second] {
            let peer = try Listener(at: Endpoint(.loopbackV4, 0), on: loop) { sources.append($0.peer) }
            peers.append(peer)
            party.stream = try Stream(connectingTo: peer.local, from: relay.local, on: loop, owner: party)
            #expect(!party.isConnected)
        }
        loop.turn(until: { first.isConnected && second.isConnected && sources.count == 2 })
        #expect(first.isConnected && second.isConnected)
        #expect(sources == [relay.local, relay.local])
        let caller = try Stream(connectingTo: relay.local, on: loop, owner: Party())
        loop.turn(until: { arrived == 1 })
        #expect(arrived == 1)
        #expect(throws: BindFailure.self, "nobody else has the port") {
            try Listener(connectingFrom: relay.local, on: loop) { _ in }
        }
        caller.abort()
        for listener in peers + [relay] { listener.close() }
    }

    @Test("tells nothing of a peer that is done until it is read again, and does not turn for it")
    func pausedHangUp() throws {
        let loop = try Loop()
        let (client, server) = try connection(loop)
        server.answersFinish = false
        server.stream?.read(false)
        client.stream?.send([1, 2, 3])
        client.stream?.finish()
        server.stream?.finish()
        loop.turn(until: { client.hasFinishedPeer })
        // Both directions are over, which epoll tells without being asked.
        let before = loop.stopper.turns
        let limit = Moment.read().instant + .milliseconds(50)
        while Moment.read().instant < limit { loop.turn(waitingAtMost: .milliseconds(50)) }
        #expect(loop.stopper.turns - before < 10)
        #expect(server.bytes == [] && server.end == nil)
        server.stream?.read(true)
        loop.turn(until: { server.end != nil })
        #expect(server.bytes == [1, 2, 3])
        #expect(server.end == .finished)
    }

    @Test("finishes each direction by itself")
    func halfClose() throws {
        let loop = try Loop()
        let (client, server) = try connection(loop)
        server.answersFinish = false
        client.stream?.send([1])
        client.stream?.finish()
        #expect(client.stream?.send([2]) == false)
        loop.turn(until: { server.hasFinishedPeer })
        #expect(server.bytes == [1])
        #expect(server.end == nil)
        server.stream?.send([3, 4])
        server.stream?.finish()
        loop.turn(until: { client.end != nil && server.end != nil })
        #expect(client.bytes == [3, 4])
        #expect(client.end == .finished)
        #expect(server.end == .finished)
    }

    @Test("closes when its deadline passes")
    func deadline() throws {
        let loop = try Loop()
        let (client, server) = try connection(loop)
        server.stream?.deadline = loop.now.instant + .milliseconds(5)
        loop.turn(until: { server.end != nil && client.end != nil })
        #expect(server.end == .timedOut)
        #expect(client.end == .failed(.connectionReset))
        #expect(server.stream?.isOpen == false)
    }

    @Test("tells the peer of an abort, and not its own owner")
    func abort() throws {
        let loop = try Loop()
        let (client, server) = try connection(loop)
        client.stream?.abort()
        loop.turn(until: { server.end != nil })
        #expect(server.end == .failed(.connectionReset))
        #expect(client.end == nil)
        #expect(client.stream?.send([1]) == false)
    }

    @Test("tells of a refused connection")
    func refusal() throws {
        let loop = try Loop()
        let listener = try Listener(at: Endpoint(.loopbackV4, 0), on: loop) { _ in }
        let place = listener.local
        listener.close()
        let client = Party()
        do {
            client.stream = try Stream(connectingTo: place, on: loop, owner: client)
            loop.turn(until: { client.end != nil })
            #expect(client.end == .failed(.connectionRefused))
        } catch { #expect(error == .connectionRefused) }
    }

    @Test("moves to another loop with what the socket holds")
    func detach() throws {
        let (first, second) = (try Loop(), try Loop())
        let (client, server) = try connection(first)
        let old = try #require(server.stream)
        let moved = Party()
        let released = old.detach()?.release()
        let descriptor = try #require(released)
        let new = Stream(adopting: Descriptor(owning: descriptor), local: old.local, peer: old.peer, on: second)
        try new.open(owner: moved)
        client.stream?.send([9])
        first.turn(waitingAtMost: .zero)
        second.turn(until: { moved.bytes == [9] })
        #expect(moved.bytes == [9])
        #expect(server.bytes == [])
        #expect(server.end == nil)
    }

    @Test("says which address and port is taken, and what to do")
    func bindFailure() throws {
        let loop = try Loop()
        let listener = try Listener(at: Endpoint(.loopbackV4, 0), on: loop) { _ in }
        let failure = #expect(throws: BindFailure.self) {
            _ = try Listener(at: listener.local, on: loop) { _ in }
        }
        #expect(failure?.errno == .addressInUse)
        #expect(failure?.description.contains("\(listener.local.port)/tcp on 127.0.0.1 is already in use") == true)
        // An address that may come later is no failure, but where streams are to connect from it at once.
        #expect(try Listener(at: Endpoint(.v4(0xC000_0201), 0), on: loop) { _ in }.local.port != 0)
        let nowhere = #expect(throws: BindFailure.self) {
            _ = try Listener(connectingFrom: Endpoint(.v4(0xC000_0201), 0), on: loop) { _ in }
        }
        #expect(nowhere?.errno == .addressNotAvailable)
        #expect(nowhere?.description.contains("no such address") == true)
    }
}
