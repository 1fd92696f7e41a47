// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import STUN
internal import Wire

extension Credentials {
    /// Tries the keys that a user name may have, in order, until one of them is accepted.
    ///
    /// There is always at least one: a name that nobody has costs as much as a wrong password. Minted is what this server
    /// made itself.
    func key(
        for name: [UInt8], _ algorithm: PasswordAlgorithm, at time: UnixTime, accept: (Digest) -> Bool
    ) throws(CredentialProblem) -> (key: Digest, isMinted: Bool) {
        var tried = false
        for keys in [users.keys(of: name), directory.keys(of: name)] {
            guard let keys, let key = algorithm == .md5 ? keys.md5 : keys.sha256 else { continue }
            if accept(key) { return (key, false) }
            tried = true
        }
        let expiry = expiry(of: name)
        if let expiry, expiry > time {
            for secret in secrets where secret.notAfter.map({ $0 > time }) ?? true {
                let password = Self.password(for: name, secret: secret)
                let key = LongTermKey.derive(
                    username: name.span, realm: realmBytes.span, password: password.span, algorithm.function)
                if accept(key) { return (key, secret.isOwn) }
                tried = true
            }
        }
        if !tried { _ = accept(Self.nobody) }
        if let expiry, expiry <= time { throw .expired(time - expiry) }
        throw tried ? .wrongPassword : .unknownUser
    }

    /// The password of the TURN REST form: `base64(HMAC-SHA1(secret, user name))`.
    static func password(for name: [UInt8], secret: Secret) -> [UInt8] {
        [UInt8](Base64.encode(HMAC.authenticate(name, key: secret.bytes, .sha1).array).utf8)
    }

    /// The name of a user whose USERHASH this is (RFC 8489 §14.4); TURN REST names cannot be known.
    func name(userhash: Span<UInt8>) -> [UInt8]? {
        guard let digest = userhash.count == 32 ? Digest(userhash) : nil else { return nil }
        return users.name(userhash: digest) ?? directory.name(userhash: digest)
    }

    /// Who a user is for quotas: the name without the time that TURN REST puts in front of it.
    func account(of name: [UInt8]) -> String {
        guard expiry(of: name) != nil, let mark = name.firstIndex(of: separator), mark + 1 < name.count else {
            return String(decoding: name, as: UTF8.self)
        }
        return String(decoding: name[(mark + 1)...], as: UTF8.self)
    }

    /// Whether a name is of the TURN REST form: a static user of that name comes first.
    func isTemporary(_ name: [UInt8]) -> Bool {
        users.keys(of: name) == nil && directory.keys(of: name) == nil && expiry(of: name) != nil
    }

    /// The time in front of a TURN REST name, or alone; nil when the name has none or there are no secrets.
    private func expiry(of name: [UInt8]) -> UnixTime? {
        guard !secrets.isEmpty else { return nil }
        let digits = name.prefix { $0 != separator }
        guard !digits.isEmpty, digits.count <= 19 else { return nil }
        var seconds: Int64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            let (product, overflow) = seconds.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int64(digit - 0x30))
            guard !overflow, !carried else { return nil }
            seconds = sum
        }
        return UnixTime(seconds: seconds)
    }

    /// The key of nobody.
    private static let nobody = HashFunction.md5.digest([UInt8]("nobody".utf8))
}
