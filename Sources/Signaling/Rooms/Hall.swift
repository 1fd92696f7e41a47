// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Wire

/// What all rooms share: the sockets, chance, the mint, and the way out.
struct Hall: ~Copyable {
    /// Who holds a socket: the room it was opened for and the subscriber's address.
    struct Caller {
        let room: String
        let address: IPAddress
    }

    var settings: Rooms.Settings
    var random: RandomStream
    let mint: Mint
    var callers: [Socket: Caller] = [:]
    /// Of all rooms.
    var guests = 0
    var outputs = Outputs<Rooms.Output>()

    init(settings: Rooms.Settings, random: consuming RandomStream, mint: @escaping Mint) {
        self.settings = settings
        self.random = random
        self.mint = mint
    }

    /// A secret or an identity of so many random bytes, in base 58.
    mutating func token(bytes: Int) -> String { Base58.encode(random.bytes(bytes)) }

    mutating func send(_ socket: Socket, _ bytes: [UInt8]) { outputs.append(.send(socket, bytes)) }

    /// Sends what is not counted.
    mutating func send(_ socket: Socket, _ message: ServerMessage, acknowledged: Int64? = nil) {
        send(socket, message.bytes(number: nil, acknowledged: acknowledged))
    }

    mutating func close(_ socket: Socket, _ code: CloseCode) {
        callers[socket] = nil
        outputs.append(.close(socket, code))
    }

    mutating func log(_ event: RoomEvent) { outputs.append(.log(event)) }
}
