// SPDX-License-Identifier: Apache-2.0
import Engine
import MallocCounter
import STUN
import Server
import TURN
import Wire

/// Relays packets over this host's loopback and fails when a worker thread allocates memory for one of them.
///
/// A program and not a test of the suite: only optimised code is of interest, and the counter stands in front of
/// the C library's functions for the whole process.
@main
enum Main {
    static func main() {
        malloc_count_this_thread(0)
        let tests: [(name: String, body: (Station) throws -> UInt64)] = [
            ("ChannelData, both ways", { try channels($0, burst: 1) }),
            ("ChannelData in bursts of eight, both ways", { try channels($0, burst: 8) }),
            ("Send and Data indications", { try indications($0, size: 160) }),
            ("Send and Data indications that are padded", { try indications($0, size: 161) }),
            ("one client to another of the same worker", shortCircuit),
            ("packets that nobody allowed", strangers),
        ]
        var failed = 0
        for test in tests {
            do {
                let station = try Station()
                defer { station.service.stop() }
                let allocations = try test.body(station)
                print("\(test.name): \(allocations) allocations")
                if allocations > 0 { failed += 1 }
            } catch {
                print("\(test.name): \(error)")
                failed += 1
            }
        }
        print("\(tests.count - failed) passed, \(failed) failed")
        exit(failed)
    }

    static let payload = [UInt8](repeating: 0x5A, count: 160)

    static func channels(_ station: Station, burst: Int) throws -> UInt64 {
        let client = try Phone()
        let peer = try Phone()
        var caller = Caller(client, server: station.place)
        let relayed = try caller.allocate()
        try caller.bind(0x4000, to: peer.socket.local)
        let toPeer = [[UInt8]](repeating: Caller.channelData(0x4000, payload), count: burst)
        let toClient = [[UInt8]](repeating: payload, count: burst)
        return try station.allocationsWhenWarm {
            client.send(toPeer, to: station.place)
            let there = peer.receive(burst)
            try require(
                there.count == burst && there.allSatisfy { $0.bytes == payload && $0.sender == relayed },
                "the peer gets what was sent, from the relayed address")
            peer.send(toClient, to: relayed)
            try require(client.receive(burst).map(\.bytes) == toPeer, "the client gets what was sent")
        }
    }

    static func indications(_ station: Station, size: Int) throws -> UInt64 {
        let payload = [UInt8](repeating: 0x5A, count: size)
        let client = try Phone()
        let peer = try Phone()
        var caller = Caller(client, server: station.place)
        let relayed = try caller.allocate()
        try caller.permit(peer.socket.local)
        let indication = caller.sendIndication(payload, to: peer.socket.local)
        return try station.allocationsWhenWarm {
            client.send([indication], to: station.place)
            try require(peer.receive().map(\.bytes) == [payload], "the peer gets what was sent")
            peer.send([payload], to: relayed)
            let back = try require(client.receive().first, "the client gets an indication")
            let data = try Message(parsing: back.bytes.span).value(of: .data, in: back.bytes.span)
            try require(data == payload, "the indication carries what was sent")
        }
    }

    static func shortCircuit(_ station: Station) throws -> UInt64 {
        let one = try Phone()
        let other = try Phone()
        var caller = Caller(one, server: station.place)
        var callee = Caller(other, server: station.place)
        let relayed = try caller.allocate()
        let itsRelayed = try callee.allocate()
        try caller.bind(0x4000, to: itsRelayed)
        try callee.bind(0x4001, to: relayed)
        let packet = Caller.channelData(0x4000, payload)
        let allocations = try station.allocationsWhenWarm {
            one.send([packet], to: station.place)
            try require(
                other.receive().map(\.bytes) == [Caller.channelData(0x4001, payload)], "the other gets what was sent")
        }
        try require(station.service.shortCircuits >= 100, "no packet went through the kernel twice")
        return allocations
    }

    static func strangers(_ station: Station) throws -> UInt64 {
        let client = try Phone()
        let peer = try Phone()
        let friend = try Phone()
        var caller = Caller(client, server: station.place)
        let relayed = try caller.allocate()
        try caller.bind(0x4000, to: friend.socket.local)
        let unbound = Caller.channelData(0x4FFF, payload)
        return try station.allocationsWhenWarm {
            client.send([unbound, [1, 2, 3], []], to: station.place)
            peer.send([payload], to: relayed)
            // What is allowed arrives behind what is not, so that all of it is over.
            client.send([Caller.channelData(0x4000, payload)], to: station.place)
            try require(friend.receive().map(\.bytes) == [payload], "the friend gets what was sent")
        }
    }
}
