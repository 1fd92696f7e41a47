// SPDX-License-Identifier: Apache-2.0
package import HTTP
internal import Wire

/// Whose pages may open a WebSocket: this site's and those that the operator named.
///
/// Only browsers send Origin, and they let no page choose it; whoever sends none is no page that somebody was lured to.
package struct OriginPolicy: Hashable, Sendable {
    private let allowed: Set<String>

    /// - Parameter allowed: Whole origins, as in `https://example.org`; compared exactly but for case.
    package init(allowed: some Sequence<String> = []) { self.allowed = Set(allowed.map { $0.lowercasedASCII }) }

    /// Whether the request comes from a page of this site, from an allowed origin or from no page at all.
    package func admits(_ request: Request) -> Bool {
        guard request.fields.contains("origin") else { return true }
        // `null` is what sandboxed frames and local files send: anybody can make one.
        guard let origin = request.fields.only("origin")?.lowercasedASCII, origin != "null" else { return false }
        if allowed.contains(origin) { return true }
        // Either scheme: behind a proxy that ends TLS only the browser knows which.
        return !request.authority.isEmpty
            && (origin == "http://" + request.authority || origin == "https://" + request.authority)
    }
}
