// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// One worker's share of a UDP address at which clients are served.
final class ClientSocket {
    /// The address as it was configured: possibly a wildcard.
    let local: Endpoint
    let outbox = Outbox()
    private let share: ListenerGroup

    /// Answers leave from the first of the sockets: all have the same address.
    init(_ share: ListenerGroup) {
        self.share = share
        local = share.local
        outbox.socket = share.sockets.first?.number ?? -1
    }

    /// The sockets at which this worker's clients arrive.
    var sockets: [ListenerSocket] { share.sockets }

    /// Whether answers to who asked `server` leave from this socket.
    func serves(_ server: Endpoint) -> Bool {
        local.port == server.port
            && (local.address == server.address || local.address.isUnspecified && isSameFamily(server))
    }

    private func isSameFamily(_ server: Endpoint) -> Bool { local.address.family == server.address.family }

    /// Where a packet was sent to, given what the socket tells of it.
    func asked(_ parcel: Parcel) -> Endpoint { Endpoint(parcel.asked ?? local.address, local.port) }

    /// What the kernel must be told to answer from `server`: nothing when the socket is bound to it.
    func source(_ server: Endpoint) -> IPAddress? { local.address.isUnspecified ? server.address : nil }
}

/// A socket that a worker reads clients from.
struct ClientDoor {
    let socket: ListenerSocket
    /// Whose it is, by its place among the worker's clients.
    let client: Int
    /// Datagrams that the kernel dropped there so far.
    var drops: UInt32 = 0
}
