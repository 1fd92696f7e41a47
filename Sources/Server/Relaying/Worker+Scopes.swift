// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

// Whoever signals a candidate is told to every worker before the other side hears of it. A packet that comes of it may
// still be read first: then the mail is read out of turn, and the request answered after it.

extension Worker {
    /// Takes what happened in a room.
    func change(_ change: ScopeChange) {
        relay.handle(.scope(change), now: loop.now)
        while let (allocation, scope) = relay.nextScoped() { mark(allocation, scope) }
        performOutputs()
    }

    /// Takes all that has been told of rooms up to now.
    func readScopes() {
        for change in scopes.takeAll() { self.change(change) }
    }

    /// Answers a request that asks for what nobody has told of yet, after reading what has come meanwhile.
    func retry(_ received: Received, on flow: Flow) {
        readScopes()
        // Safe: the piece lies in the batch that is handled now, and nothing is received into it before this returns.
        guard let message = unsafe received.piece(0..<received.count) else { return }
        perform(relay.resume(unsafe message.span, on: flow, now: loop.now), received, on: flow)
    }

    /// Tells all workers whose the relayed addresses of an allocation are.
    private func mark(_ allocation: AllocationID, _ scope: Scope) {
        for family in [IPAddress.Family.v4, .v6] {
            if let entry = sockets.entry(allocation, family) {
                place.live.insert(entry.local, mark: scope.rawValue)
            } else if let listener = relayListeners[RelaySockets.index(allocation.slot, family)] {
                place.listening.insert(listener.local, mark: scope.rawValue)
            }
        }
    }
}
