// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Wire

/// Access by tokens of an authorization server that this server never talks to (RFC 7635): they share keys.
package struct ThirdParty: Sendable {
    /// What THIRD-PARTY-AUTHORIZATION says, and what tokens are sealed for (`server-name`).
    package let server: String
    /// Several while one replaces another; of two with the same identifier the later one counts.
    package let keys: [TokenKey]
    let serverBytes: [UInt8]

    package init(server: String, keys: [TokenKey]) {
        self.server = server
        self.keys = keys
        serverBytes = [UInt8](server.utf8)
    }

    /// Opens a token that was sent under a key's identifier.
    ///
    /// For an identifier that nobody has a token is opened too, with a key of nobody: the time tells nothing.
    func open(_ value: [UInt8], under identifier: [UInt8], at time: UnixTime) throws(CredentialProblem) -> AccessToken {
        let named = keys.last { identifier.elementsEqual($0.identifier.utf8) }
        do throws(AccessToken.Problem) {
            guard let key = named ?? Self.nobody else { throw .malformed }
            let token = try AccessToken(opening: value, with: key, server: serverBytes, now: time)
            if named != nil { return token }
        } catch {
            if named != nil { throw .token(error) }
        }
        throw .unknownKey
    }

    private static let nobody = TokenKey(
        identifier: "", algorithm: .aes256GCM, key: [UInt8](repeating: 0, count: 32),
        validity: UnixTime(milliseconds: .min)..<UnixTime(milliseconds: .max))
}

/// Why somebody is not let in: for the operator's log and the counters; the client learns only that it is not.
package enum CredentialProblem: Error, Hashable {
    /// Nobody has the name.
    case unknownUser
    case wrongPassword
    /// A TURN REST credential that ran out this long ago.
    case expired(Duration)
    /// What the name was given was taken back before it ran out.
    case withdrawn
    /// The client answered for another realm.
    case wrongRealm
    /// No OAuth key has the identifier.
    case unknownKey
    case token(AccessToken.Problem)
}

extension CredentialProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownUser: "nobody has this user name"
        case .wrongPassword: "the password or the secret that it was made with is wrong"
        case .expired(let ago): "the credential ran out \(ago.components.seconds) s ago; are both clocks right?"
        case .withdrawn: "the credential was taken back when its owner left"
        case .wrongRealm: "the client answered for another realm"
        case .unknownKey: "no OAuth key has the identifier that the client sent as user name"
        case .token(.malformed): "the access token is malformed"
        case .token(.keyOutOfTime): "the OAuth key is not good at this time"
        case .token(.notAuthentic): "the access token is not for this server-name, or sealed with another key"
        case .token(.expired(let ago)): "the access token ran out \(ago.components.seconds) s ago"
        case .token(.ahead(let ahead)):
            "the access token was made \(ahead.components.seconds) s ahead of this host's clock; are both clocks right?"
        }
    }
}
