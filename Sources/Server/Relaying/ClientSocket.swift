// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import Wire

/// One worker's share of a UDP address at which clients are served.
final class ClientSocket {
    /// The address as it was configured: possibly a wildcard.
    let local: Endpoint
    let number: Int32
    let outbox = Outbox()
    /// Bytes of receive buffer that were granted.
    let receiveBuffer: Int
    private let socket: DatagramSocket

    /// A default buffer holds 92 datagrams of 1200 bytes; a server that sleeps for 10 ms misses more.
    static let wantedBuffer = 8 << 20

    init(at endpoint: Endpoint) throws(BindFailure) {
        do {
            socket = try DatagramSocket(
                at: endpoint, options: [.sharesPort, .merges, .tellsDrops], receiveBuffer: Self.wantedBuffer,
                sendBuffer: Self.wantedBuffer)
        } catch {
            throw BindFailure(endpoint, .udp, error)
        }
        local = endpoint
        number = socket.descriptor.number
        receiveBuffer = socket.receiveBuffer
        outbox.socket = number
    }

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
