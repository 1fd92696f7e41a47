// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Signaling
internal import TURN

extension ICEServerMint {
    /// Tells the relay who is with whom; returns when every worker has it in its mail.
    func tell(_ scope: RelayScope) {
        switch scope {
        case .joined(let peer, let room, let isGuest): onScope(.joined(name: peer, self.scope(room), isGuest: isGuest))
        case .signalled(let addresses, let peer): onScope(.signalled(addresses, name: peer))
        case .left(let peer): onScope(.left(name: peer))
        case .forgotten(let guest): onScope(.forgotten(name: guest))
        case .ended(let room): onScope(.ended(self.scope(room)))
        }
    }

    /// A room by a number that nobody can aim at, the same after a restart.
    private func scope(_ room: String) -> Scope {
        let digest = HMAC.authenticate([UInt8](room.utf8), key: secret, .sha256).array
        return Scope(room: digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}
