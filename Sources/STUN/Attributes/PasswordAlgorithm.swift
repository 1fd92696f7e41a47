// SPDX-License-Identifier: Apache-2.0
package import Crypto
internal import Wire

/// How a long-term key is made of a password (RFC 8489 §18.5).
package enum PasswordAlgorithm: UInt16, Hashable, Sendable, CaseIterable {
    case md5 = 0x0001
    case sha256 = 0x0002

    package var function: HashFunction {
        switch self {
        case .md5: .md5
        case .sha256: .sha256
        }
    }

    /// The value of PASSWORD-ALGORITHMS that offers both, the better one first: neither has parameters.
    package static let offer: [UInt8] = [0, 2, 0, 0, 0, 1, 0, 0]
}

extension Message {
    /// The number in PASSWORD-ALGORITHM (RFC 8489 §14.12), known or not; nil when it is absent.
    package func passwordAlgorithm(in bytes: Span<UInt8>) throws(DecodeError) -> UInt16? {
        guard let place = place(of: .passwordAlgorithm) else { return nil }
        guard place.count >= 4, let number: UInt16 = bytes.integer(at: place.lowerBound),
            let parameters: UInt16 = bytes.integer(at: place.lowerBound + 2), place.count >= 4 + Int(parameters)
        else { throw .malformed(.passwordAlgorithm) }
        return number
    }
}
