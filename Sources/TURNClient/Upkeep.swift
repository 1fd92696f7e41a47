// SPDX-License-Identifier: Apache-2.0

internal import STUN
internal import Wire

/// What runs out by itself, and when it is asked for again (RFC 8656 §8, §9, §12).
struct Upkeep {
    var allocation: Instant?
    var permissions: Instant?
    var bindings: Instant?
    var permitted: [Endpoint] = []

    /// A permission lives five minutes and a channel ten (RFC 8656 §9, §12).
    static let permissionPeriod: Duration = .seconds(240)
    static let channelPeriod: Duration = .seconds(540)

    var next: Instant? { [allocation, permissions, bindings].compactMap(\.self).min() }
}

extension Client {
    /// Takes note of what a success gave.
    mutating func note(_ facts: Answer.Facts, of exchange: Exchange, now: Instant) {
        switch exchange.request {
        case .binding: mapped = facts.mapped ?? mapped
        case .allocate:
            mapped = facts.mapped ?? mapped
            relayed = facts.relayed
            upkeep.allocation = Self.renewal(of: facts.lifetime, now: now)
        case .refresh(lifetime: 0):
            relayed = []
            channels = []
            upkeep = Upkeep()
        case .refresh: upkeep.allocation = Self.renewal(of: facts.lifetime, now: now)
        case .permit(let peers):
            for peer in peers where !upkeep.permitted.contains(peer) { upkeep.permitted.append(peer) }
            upkeep.permissions = upkeep.permissions ?? now + Upkeep.permissionPeriod
        case .bind(let channel, let peer):
            if !channels.contains(where: { $0.number == channel }) { channels.append((channel, peer)) }
            upkeep.bindings = upkeep.bindings ?? now + Upkeep.channelPeriod
        }
    }

    /// Takes note of what a refusal took: an allocation that the server does not know is no more.
    mutating func lose(_ exchange: Exchange, because code: ErrorCode) {
        guard case .refresh = exchange.request, code == .allocationMismatch else { return }
        relayed = []
        channels = []
        upkeep = Upkeep()
    }

    /// Asks again for what is about to run out.
    mutating func keepAlive(now: Instant) {
        if let due = upkeep.allocation, due <= now {
            upkeep.allocation = nil
            keep(.refresh(lifetime: nil), now: now)
        }
        if let due = upkeep.permissions, due <= now {
            upkeep.permissions = now + Upkeep.permissionPeriod
            keep(.permit(upkeep.permitted), now: now)
        }
        if let due = upkeep.bindings, due <= now {
            upkeep.bindings = now + Upkeep.channelPeriod
            for channel in channels { keep(.bind(channel: channel.number, to: channel.peer), now: now) }
        }
    }

    private mutating func keep(_ request: Request, now: Instant) {
        begin(Exchange(number: 0, request: request), now: now)
    }

    /// A minute before the end, or half way where there is less than two.
    private static func renewal(of lifetime: UInt32?, now: Instant) -> Instant {
        let seconds = Int64(lifetime ?? 600)
        return now + .seconds(max(1, seconds > 120 ? seconds - 60 : seconds / 2))
    }
}
