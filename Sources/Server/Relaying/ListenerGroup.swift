// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// The sockets of one UDP address at which clients are served. All have the same port (SO_REUSEPORT), and the kernel
/// chooses among them by a hash of the client's address and port.
///
/// How many they are is fixed and does not follow the number of workers, each of which has some of them: a client stays
/// with its socket for as long as the group lives, whoever reads it.
struct ListenerGroup: Sendable {
    /// How many sockets a group has, unless there are more workers.
    static let size = 16

    /// The address as it was configured: possibly a wildcard.
    let local: Endpoint
    let sockets: [ListenerSocket]

    /// Binds them all.
    ///
    /// - Parameter buffer: Bytes to ask for on each, both ways.
    init(at endpoint: Endpoint, for workers: Int, buffer: Int = 8 << 20) throws(BindFailure) {
        local = endpoint
        sockets = try (0..<max(Self.size, workers)).map { index throws(BindFailure) in
            try ListenerSocket(at: endpoint, index: index, buffer: buffer)
        }
    }

    /// Goes on with those that the process before this one kept, in their order.
    init(adopting numbers: [Int32], at endpoint: Endpoint, buffer: Int) throws(BindFailure) {
        local = endpoint
        var sockets: [ListenerSocket] = []
        var failure: BindFailure?
        // Every number has an owner, whatever fails.
        for (index, number) in numbers.enumerated() {
            do throws(BindFailure) {
                sockets.append(
                    try ListenerSocket(
                        adopting: Descriptor(owning: number), at: endpoint, index: index, buffer: buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        self.sockets = sockets
    }

    /// What the next process finds its sockets by.
    func bag() throws(Errno) -> Kept {
        let bag = try Bag()
        try bag.fill(sockets.map(\.number), label: BagLabel.listeners(.datagrams, local).bytes)
        return Kept(try bag.end())
    }

    /// The part of the group that one of so many workers reads.
    func share(of worker: Int, among workers: Int) -> Self {
        Self(local: local, sockets: sockets.filter { $0.index % workers == worker })
    }

    private init(local: Endpoint, sockets: [ListenerSocket]) { (self.local, self.sockets) = (local, sockets) }
}

/// One socket of a group; closed with its last owner.
final class ListenerSocket: Sendable {
    /// Its place in the group.
    let index: Int
    private let socket: DatagramSocket

    init(at endpoint: Endpoint, index: Int, buffer: Int) throws(BindFailure) {
        self.index = index
        do {
            socket = try DatagramSocket(
                at: endpoint, options: [.sharesPort, .merges, .tellsDrops, .mayComeLater], receiveBuffer: buffer,
                sendBuffer: buffer)
        } catch {
            throw BindFailure(endpoint, .udp, error)
        }
    }

    init(
        adopting descriptor: consuming Descriptor, at endpoint: Endpoint, index: Int, buffer: Int
    ) throws(BindFailure) {
        self.index = index
        do {
            socket = try DatagramSocket(
                adopting: descriptor, options: [.merges, .tellsDrops], receiveBuffer: buffer)
        } catch {
            throw BindFailure(endpoint, .udp, error)
        }
    }

    var number: Int32 { socket.descriptor.number }

    /// Bytes of receive buffer that were granted.
    var receiveBuffer: Int { socket.receiveBuffer }
}
