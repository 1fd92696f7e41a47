// SPDX-License-Identifier: Apache-2.0

internal import Wire

// What a call tells the relay. A device has credentials for as long as it is connected, and they reach somebody only
// while it is in a call: who rings may reach who calls, and who calls reaches the one device that answers.

extension Calls {
    /// A device takes part in a call from now on.
    mutating func seat(_ device: String, in call: Call) {
        io.outputs.append(.scope(.joined(peer: device, room: call.scope, isGuest: false)))
    }

    /// A device takes part in no call any more.
    mutating func unseat(_ device: String?) {
        if let device { io.outputs.append(.scope(.left(peer: device))) }
    }

    /// Where somebody who vanished is to be reached stays known: their connection may go on, and they come back.
    mutating func keepSignalled(_ side: Call.Side, of call: Call, isCaller: Bool) {
        let name = Self.place(call, isCaller: isCaller)
        io.outputs.append(.scope(.joined(peer: name, room: call.scope, isGuest: false)))
        io.outputs.append(.scope(.signalled(side.signalled.addresses, peer: name)))
    }

    /// A device takes over the seat of one that vanished, and what that one had signalled.
    mutating func seat(_ device: String, in call: Call, after side: Call.Side, isCaller: Bool) {
        seat(device, in: call)
        io.outputs.append(.scope(.signalled(side.signalled.addresses, peer: device)))
        io.outputs.append(.scope(.left(peer: Self.place(call, isCaller: isCaller))))
    }

    /// Who keeps the seat of somebody who vanished, to the relay; nobody has credentials for it.
    private static func place(_ call: Call, isCaller: Bool) -> String {
        "\(call.scope)/\(isCaller ? "caller" : "callee")"
    }

    /// Tells the relay where a device is to be reached, before the other side hears of it.
    mutating func signal(_ addresses: [IPAddress], of device: String, in chat: String) {
        let fresh: [IPAddress]
        switch calls[chat]?.isCaller(device) {
        case true?: fresh = calls[chat]?.caller.signalled.add(addresses) ?? []
        case false?: fresh = calls[chat]?.callee.signalled.add(addresses) ?? []
        case nil: return
        }
        if !fresh.isEmpty { io.outputs.append(.scope(.signalled(fresh, peer: device))) }
    }
}
