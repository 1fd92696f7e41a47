// SPDX-License-Identifier: Apache-2.0
package import Wire

/// Another server that clients are sent to once they have shown who they are (RFC 8489 §10).
package struct Alternate: Hashable, Sendable {
    /// Of the clients that are sent there.
    package let transport: Transport
    package let endpoint: Endpoint
    /// The name that the other server's certificate is to bear (ALTERNATE-DOMAIN, RFC 8489 §14.16).
    package let domain: String?

    package init(_ transport: Transport, _ endpoint: Endpoint, domain: String? = nil) {
        (self.transport, self.endpoint, self.domain) = (transport, endpoint, domain)
    }
}
