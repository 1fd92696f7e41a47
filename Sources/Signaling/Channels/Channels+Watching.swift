// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// Who is inside the voice channels and speaks, for those outside who want to see it.
extension Channels {
    /// Begins or ends telling a socket; it is told at once of every listed voice channel.
    mutating func watch(_ isOn: Bool, _ socket: Socket) {
        guard isOn else {
            watchers.remove(socket)
            return
        }
        watchers.insert(socket)
        for name in order {
            guard let channel = channels[name], channel.record.kind == .voice, !channel.record.isUnlisted else {
                continue
            }
            send(socket, "voice", voice(name))
        }
    }

    /// Somebody came, went, or began to speak: among many watchers several changes are told as one.
    mutating func announceVoice(_ name: Name, now: Moment) {
        guard !watchers.isEmpty, channels[name]?.record.isUnlisted == false else { return }
        if channels[name]?.news.mayBeToldNow(to: watchers.count, now: now.instant) == true {
            tellVoice(name, now: now)
        }
        setAlarm(name, at: channels[name]?.news.due)
    }

    mutating func tellVoice(_ name: Name, now: Moment) {
        channels[name]?.news.told(now: now.instant)
        let bytes = Self.message("voice", voice(name))
        for socket in watchers { outputs.append(.send(socket, bytes)) }
    }

    private func voice(_ name: Name) -> [JSON.Member] {
        let people = (channels[name]?.sockets ?? []).compactMap { speakers[$0]?.seat }.map { seat -> JSON in
            [
                "name": .string(seat.name.description), "muted": .boolean(seat.isMuted),
                "speaking": .boolean(seat.isSpeaking),
            ]
        }
        return [.init("channel", .string(name.description)), .init("people", .array(people))]
    }
}
