// SPDX-License-Identifier: Apache-2.0

/// Why no context can be made, told to the person who configures it: what is wrong, what would be right.
package enum ContextProblem: Error, Hashable, CustomStringConvertible {
    /// libssl refuses the certificate or key, for instance because it is too short.
    case identityRefused(path: String, reason: String)
    case unknownCiphers(String)
    /// An ALPN name is empty or longer than 255 bytes.
    case badProtocolName(String)
    case noAuthorities(path: String)
    case libraryFailed(reason: String)

    package var description: String {
        switch self {
        case .identityRefused(let path, let reason):
            "libssl refuses what is in “\(path)”: \(reason); have a certificate for an ECDSA P-256 or RSA 2048 key issued"
        case .unknownCiphers(let list):
            "cipher-list “\(list)” names no cipher that libssl has; try it with openssl ciphers, or leave it out"
        case .badProtocolName(let name):
            "“\(name)” is no ALPN name: 1 to 255 bytes are needed"
        case .noAuthorities(let path):
            "“\(path)” holds no authority to trust; a PEM file of certificates is needed"
        case .libraryFailed(let reason):
            "libssl makes no context: \(reason)"
        }
    }
}
