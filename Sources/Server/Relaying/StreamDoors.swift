// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// The listening sockets of one TCP address, one or more for each worker; the kernel spreads the connections.
struct StreamDoors: Sendable {
    let local: Endpoint
    private let sockets: [Kept]

    /// Goes on with those that the process before this one kept, and opens as many more as there are workers without.
    init(at endpoint: Endpoint, for workers: Int, adopting numbers: [Int32]) throws(BindFailure) {
        local = endpoint
        var sockets = numbers.map { Kept(Descriptor(owning: $0)) }
        while sockets.count < workers { sockets.append(Kept(try Listener.shared(at: endpoint))) }
        self.sockets = sockets
    }

    /// What the next process finds them by.
    func bag() throws(Errno) -> Kept {
        let bag = try Bag()
        try bag.fill(sockets.map { $0.descriptor.number }, label: BagLabel.listeners(.streams, local).bytes)
        return Kept(try bag.end())
    }

    /// The part that one of so many workers accepts from.
    func share(of worker: Int, among workers: Int) -> Self {
        Self(local: local, sockets: sockets.indices.filter { $0 % workers == worker }.map { sockets[$0] })
    }

    /// Listens at all of them.
    func open(on loop: Loop, accepted: @escaping (Stream) -> Void) throws(BindFailure) -> [Listener] {
        do throws(Errno) {
            return try sockets.map { socket throws(Errno) in
                try Listener(adopting: try socket.descriptor.duplicate(), on: loop, accepted: accepted)
            }
        } catch {
            throw BindFailure(local, .tcp, error)
        }
    }

    private init(local: Endpoint, sockets: [Kept]) { (self.local, self.sockets) = (local, sockets) }
}
