// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// The addresses in ICE candidates (RFC 8839 §5.1): of trickled ones and of those inside session descriptions.
///
/// A name as `….local` (mDNS) is no address: whoever hides one is not reached there through the relay.
enum CandidateAddresses {
    /// Candidates of one description that are looked at.
    private static let limit = 256

    /// The address of an RTCIceCandidateInit; none for the end of candidates.
    static func of(candidate: JSON) -> [IPAddress] {
        candidate["candidate"]?.string.flatMap { address(in: Substring($0)) }.map { [$0] } ?? []
    }

    /// Those of an RTCSessionDescriptionInit.
    static func of(description: JSON) -> [IPAddress] { description["sdp"]?.string.map { of(sdp: $0) } ?? [] }

    /// Those of a session description, each once.
    static func of(sdp: String) -> [IPAddress] {
        var addresses: [IPAddress] = []
        var seen = 0
        for line in sdp.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard line.starts(with: "a=candidate:".utf8), seen < limit else { continue }
            seen += 1
            if let address = address(in: Substring(line)), !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }

    /// `candidate:` foundation, component, transport, priority, address: the fifth word.
    private static func address(in text: Substring) -> IPAddress? {
        guard text.utf8.starts(with: "candidate:".utf8) || text.utf8.starts(with: "a=candidate:".utf8) else {
            return nil
        }
        let words = text.utf8.split(separator: UInt8(ascii: " "), maxSplits: 5)
        return words.count > 4 ? IPAddress(Substring(words[4]))?.unmapped : nil
    }
}
