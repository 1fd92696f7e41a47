// SPDX-License-Identifier: Apache-2.0

internal import Signaling

extension Log {
    /// What happened in a room, as a line; rooms are named by what cannot open them.
    func write(_ event: RoomEvent) {
        switch event {
        case .created(let room): write(.room, "a room was made", ["room": .text(room)])
        case .joined(let room, let peer, let participants):
            write(
                .seat, "somebody came in",
                ["room": .text(room), "peer": .text(peer), "participants": .count(participants)])
        case .resumed(let room, let peer):
            write(.seat, "somebody came back", ["room": .text(room), "peer": .text(peer)])
        case .left(let room, let peer, let reason, let duration):
            write(
                .seat, "somebody left",
                [
                    "room": .text(room), "peer": .text(peer), "reason": .text(reason.rawValue),
                    "after": .duration(duration),
                ])
        case .ended(let room, let reason):
            write(.room, "a room ended", ["room": .text(room), "reason": .text(reason.rawValue)])
        case .tooManyWrongPins(let room): write(.room, "too many wrong pins from one address", ["room": .text(room)])
        }
    }
}
