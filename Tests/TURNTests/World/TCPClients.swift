// SPDX-License-Identifier: Apache-2.0
import STUN
import TURN
import Testing
import Wire

/// What clients and peers of TCP allocations do in a world.
protocol TCPClients {
    var world: World { get }
}

extension TCPClients {
    func client(
        _ port: UInt16 = 40_000, _ user: String = "ana", in world: World? = nil, over transport: Transport = .tcp
    )
        -> Client
    {
        Client(world ?? self.world, user, at: Endpoint(.v4(0x0909_0909), port), over: transport)
    }

    func allocate(_ client: Client, _ build: (inout Writer) -> Void = { _ in }) -> Answer? {
        client.ask(.allocate) { writer in
            writer.append(requestedTransport: 6)
            build(&writer)
        }
    }

    /// A client with an allocation, and its relayed endpoint.
    func allocated(
        _ port: UInt16 = 40_000, _ user: String = "ana", in world: World? = nil
    ) throws -> (client: Client, relayed: Endpoint) {
        let client = client(port, user, in: world)
        return (client, try #require(allocate(client)?.address(.xorRelayedAddress)))
    }

    func connect(_ client: Client, _ peer: Endpoint) -> Answer? {
        client.ask(.connect) { $0.append(.xorPeerAddress, xorAddress: peer) }
    }

    func take(_ id: ConnectionID, by client: Client) -> Answer? {
        client.ask(.connectionBind) { $0.append(.connectionID, integer: id.rawValue) }
    }

    /// The connection that a client wanted and the peer accepts; the server's answer to it.
    func accept(in world: World? = nil) throws -> (id: ConnectionID, answer: Answer) {
        let world = world ?? self.world
        let wish = try #require(world.takeConnects().last)
        world.handle(.connected(wish.id))
        return (wish.id, try #require(world.takeToClients().last.flatMap { Answer($0.bytes) }))
    }

    func arrive(_ port: UInt16, _ relayed: Endpoint, _ world: World) -> Arrival? {
        world.connect(from: Endpoint(Endpoint.peer.address, port), to: relayed)
    }
}

/// What a test waits for did not come.
struct TCPMissing: Error {}

extension Answer {
    var connectionID: ConnectionID? {
        (try? message.connectionID(in: bytes.span)).flatMap { $0 }.map(ConnectionID.init)
    }
}
