// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import HTTP
internal import Wire

/// Who asks, and under what name they reached us.
struct Caller: Hashable {
    /// The client's own address, behind proxies that the operator trusts.
    let address: IPAddress
    /// `https` or `http`, as the client's browser sees it.
    let scheme: String
    /// Host and port that the client asked for.
    let authority: String
    /// Whether a trusted proxy stands in between.
    let isProxied: Bool

    /// - Parameter isSecure: Whether the connection itself is TLS.
    init(_ request: Request, from peer: IPAddress, isSecure: Bool = false, trusting proxies: [AddressRange]) {
        let peer = peer.unmapped
        authority = request.authority
        isProxied = proxies.contains { $0.contains(peer) }
        guard isProxied else {
            address = peer
            scheme = isSecure ? "https" : "http"
            return
        }
        address = Self.client(request.fields, peer: peer, proxies: proxies)
        let forwarded = request.fields.only("x-forwarded-proto")?.lowercasedASCII
        scheme = (forwarded.map { $0 == "https" } ?? isSecure) ? "https" : "http"
    }

    /// The last address in the chain that is no proxy of ours: everything before it is the client's own claim.
    ///
    /// `Forwarded` is read where there is no `X-Forwarded-For`: a proxy that sets the latter passes on the former as
    /// its client made it up.
    private static func client(_ fields: Fields, peer: IPAddress, proxies: [AddressRange]) -> IPAddress {
        let chain =
            fields.contains("x-forwarded-for")
            ? fields.list("x-forwarded-for") : fields.list("forwarded").map(Self.forwardedFor)
        var client = peer
        for hop in chain.reversed() {
            guard let address = Self.address(hop) else { break }
            client = address
            if !proxies.contains(where: { $0.contains(address) }) { break }
        }
        return client
    }

    /// The `for` parameter of one element of Forwarded, without quotes (RFC 7239 §4).
    private static func forwardedFor(_ element: String) -> String {
        for pair in element.split(separator: ";") {
            let sides = pair.split(separator: "=", maxSplits: 1).map {
                $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
            }
            if sides.count == 2, sides[0] == "for" { return sides[1] }
        }
        return ""
    }

    /// An address as proxies write it: with or without a port.
    private static func address(_ text: String) -> IPAddress? {
        if let address = IPAddress(text) ?? Endpoint(text)?.address { return address.unmapped }
        return text.hasPrefix("[") && text.hasSuffix("]") ? IPAddress(text.dropFirst().dropLast())?.unmapped : nil
    }
}
