// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// The listening sockets of one TCP address, one or more for each worker; the kernel spreads the connections.
struct StreamDoors: Sendable {
    let local: Endpoint
    private let kind: BagLabel.Kind
    private let sockets: [Kept]

    /// Goes on with those that the process before this one kept, and opens as many more as there are workers without.
    ///
    /// - Parameter kind: `streams`, or `proxied`.
    init(
        _ kind: BagLabel.Kind = .streams, at endpoint: Endpoint, for workers: Int, adopting numbers: [Int32] = []
    ) throws(BindFailure) {
        (self.kind, local) = (kind, endpoint)
        var sockets = numbers.map { Kept(Descriptor(owning: $0)) }
        let given = sockets
        while sockets.count < workers {
            do throws(BindFailure) {
                sockets.append(Kept(try Listener.shared(at: endpoint)))
            } catch {
                // Below 1024 there are those that were given; two workers accept from one as well.
                guard [.accessDenied, .addressInUse].contains(error.errno), !given.isEmpty,
                    let another = try? given[sockets.count % given.count].descriptor.duplicate()
                else { throw error }
                sockets.append(Kept(another))
            }
        }
        self.sockets = sockets
    }

    /// What the next process finds them by.
    func bag() throws(Errno) -> Kept {
        let bag = try Bag()
        try bag.fill(sockets.map { $0.descriptor.number }, label: BagLabel.listeners(kind, local).bytes)
        return Kept(try bag.end())
    }

    /// The part that one of so many workers accepts from.
    func share(of worker: Int, among workers: Int) -> Self {
        Self(kind: kind, local: local, sockets: sockets.indices.filter { $0 % workers == worker }.map { sockets[$0] })
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

    private init(kind: BagLabel.Kind, local: Endpoint, sockets: [Kept]) {
        (self.kind, self.local, self.sockets) = (kind, local, sockets)
    }
}
