// SPDX-License-Identifier: Apache-2.0
import Engine
import Glibc
import MallocCounter
import Server
import TURN
import Wire

/// A relay of one worker, on loopback.
final class Station {
    let service: RelayService
    let place: Endpoint

    init() throws {
        var policy = PeerPolicy()
        policy.allowsLoopback = true
        let user = Credentials.User(name: Caller.user, password: Caller.password, realm: Caller.realm)
        let settings = TURN.Settings(
            credentials: Credentials(realm: Caller.realm, users: [user]), peerPolicy: policy,
            nonceKey: Randomness.bytes(32))
        service = try RelayService(
            RelayService.Settings(
                listeners: .init(datagrams: [Endpoint(.loopbackV4, 0)]), workers: 1, relay: settings))
        place = try require(service.listeners.datagrams.first, "the service listens")
    }

    /// Calls `body` until everything has grown to its size, then a hundred times more, and tells what that allocated.
    func allocationsWhenWarm(_ body: () throws -> Void) throws -> UInt64 {
        for _ in 0..<20 { try body() }
        let before = malloc_count()
        for _ in 0..<100 { try body() }
        return malloc_count() - before
    }
}

func exit(_ failures: Int) { Glibc.exit(failures == 0 ? 0 : 1) }
