// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import Engine

@Suite("Who has a port")
struct PortHolderTests {
    @Test(
        "an address in the kernel's table is in the machine's order, word by word",
        arguments: [
            ("0100007F:0D96", "127.0.0.1:3478"), ("00000000:01BB", "0.0.0.0:443"),
            ("00000000000000000000000001000000:0050", "[::1]:80"),
            ("B80D0120000000000000000010000000:01BB", "[2001:db8::10]:443"),
        ])
    func addresses(text: String, meant: String) { #expect(PortHolder.endpoint(text[...])?.description == meant) }

    @Test(
        "what is no address is none",
        arguments: ["", ":", "0100007F", "0100007:1", "X100007F:0D96", "0100007F0100007F:1"])
    func nonsense(text: String) { #expect(PortHolder.endpoint(text[...]) == nil) }

    @Test("a socket of one's own is found by its port, with its user")
    func own() throws {
        let datagrams = try DatagramSocket(at: Endpoint(.loopbackV4, 0))
        let listening = try Listener.open(at: Endpoint(.loopbackV4, 0))
        let place = try #require(Endpoint(localOf: listening.number))
        #expect(
            PortHolder.all(of: datagrams.local.port, .udp)
                == [PortHolder(local: datagrams.local, user: PortHolder.myself)])
        #expect(PortHolder.all(of: place.port, .tcp) == [PortHolder(local: place, user: PortHolder.myself)])
    }

    @Test(
        "whoever comes after this process listens elsewhere at the port before it is closed, and nobody at the same place"
    )
    func successor() throws {
        let wildcard = try Listener.open(at: Endpoint(.anyV4, 0))
        let port = try #require(Endpoint(localOf: wildcard.number)?.port)
        let address = try Listener.open(at: Endpoint(.loopbackV4, port))
        #expect(Endpoint(localOf: address.number) == Endpoint(.loopbackV4, port))
        #expect(throws: BindFailure.self) { _ = try Listener.open(at: Endpoint(.anyV4, port)) }
        #expect(throws: BindFailure.self) { _ = try Listener.probe(Endpoint(.loopbackV4, port)) }
    }

    @Test("a port that is taken is told with whose it is")
    func told() throws {
        let taken = try Listener.open(at: Endpoint(.loopbackV4, 0))
        let place = try #require(Endpoint(localOf: taken.number))
        let failure = BindFailure(place, .tcp, .addressInUse)
        let owner = try #require(PortHolder.all(of: place.port, .tcp).first?.words)
        #expect(failure.description.contains("is already in use by \(owner); stop the other server"))
    }

    @Test("whoever is not known in a user namespace is not called by the name that the kernel gives to all of them")
    func unmapped() {
        let stranger = PortHolder(local: Endpoint(.loopbackV4, 3478), user: PortHolder.unmapped)
        #expect(stranger.words.hasPrefix("a program of another user"))
        #expect(!stranger.words.contains("nobody"))
        #expect(stranger.words.hasSuffix("coturn perhaps") == stranger.mayBeCoturn)
    }
}
