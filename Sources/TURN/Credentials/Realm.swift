// SPDX-License-Identifier: Apache-2.0
internal import STUN
internal import Wire

/// A realm besides the server's own: for the pages of other sites, with users and quotas of its own.
package struct Realm: Sendable {
    package let credentials: Credentials
    package let quotas: Quotas

    package init(credentials: Credentials, quotas: Quotas = .unlimited) {
        (self.credentials, self.quotas) = (credentials, quotas)
    }
}

/// The realms of a server by name, and the sites whose pages are asked for them.
///
/// Nothing is remembered of what a client was asked for: whoever shows credentials of any of the realms is let in.
package struct Realms: Sendable {
    private var others: [String: Realm] = [:]
    private var byOrigin: [String: String] = [:]

    package init() {}

    package var isEmpty: Bool { others.isEmpty }

    /// Adds a realm, or takes the place of the one of that name.
    package mutating func add(_ realm: Realm) { others[realm.credentials.realm] = realm }

    /// Has pages of `origin`, as `https://example.org`, asked for a realm; false when that is not one of these.
    package mutating func ask(_ origin: String, for realm: String) -> Bool {
        guard others[realm] != nil, let origin = Self.canonical([UInt8](origin.utf8)) else { return false }
        byOrigin[origin] = realm
        return true
    }

    /// Whether a text is an origin, as `https://example.org`.
    package static func isOrigin(_ text: String) -> Bool { canonical([UInt8](text.utf8)) != nil }

    /// The realm of a name; nil for the server's own, which is the empty name, and for one that is gone.
    subscript(name: String) -> Realm? { name.isEmpty ? nil : others[name] }

    /// The name of the realm that a REALM attribute holds; nil where it is none of these.
    func named(_ bytes: [UInt8]) -> String? {
        guard !others.isEmpty, let name = String(validating: bytes, as: UTF8.self), others[name] != nil else {
            return nil
        }
        return name
    }

    /// The name of the realm that pages of an origin are asked for; empty for the server's own.
    func asked(_ origin: [UInt8]) -> String { Self.canonical(origin).flatMap { byOrigin[$0] } ?? "" }

    /// Scheme, host and port in lower case, without a port that goes without saying (RFC 6454 §6.2); of several origins
    /// the first. Nil for what is none.
    private static func canonical(_ bytes: [UInt8]) -> String? {
        let first = bytes.prefix { $0 != UInt8(ascii: " ") }
        guard (1...255).contains(first.count), first.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let text = String(decoding: first, as: UTF8.self).lowercasedASCII
        let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].last == ":", parts[1].isEmpty, !parts[2].isEmpty else { return nil }
        var host = parts[2]
        for (scheme, port) in [("https:", ":443"), ("http:", ":80")] where parts[0] == scheme && host.hasSuffix(port) {
            host = host.dropLast(port.count)
        }
        return "\(parts[0])//\(host)"
    }
}

extension Relay {
    /// Who may allocate in a realm; the server's own where there is no other of that name.
    func credentials(of realm: String) -> Credentials { settings.realms[realm]?.credentials ?? settings.credentials }

    /// The counters of a realm.
    func quotas(of realm: String) -> Quotas { settings.realms[realm]?.quotas ?? settings.quotas }

    /// The realm that a request names, empty for the server's own; nil where it is none of this server's.
    func realm(at place: Range<Int>, in bytes: Span<UInt8>) -> String? {
        let own = settings.credentials.realmBytes
        if place.count == own.count, bytes.matches(own.span, at: place.lowerBound) { return "" }
        return settings.realms.isEmpty ? nil : settings.realms.named(bytes.array(place))
    }

    /// The realm that a client is to be asked for: the one that it names, else the one for the pages that it belongs to.
    func realmToAsk(_ message: Message, _ bytes: Span<UInt8>) -> String {
        guard !settings.realms.isEmpty else { return "" }
        if let place = message.place(of: .realm), let name = realm(at: place, in: bytes) { return name }
        return message.value(of: .origin, in: bytes).map(settings.realms.asked) ?? ""
    }

    /// Refuses a request whose ORIGIN is another than that of the Allocate request, where that had one
    /// (`check-origin-consistency`).
    func checkOrigin(_ request: Request, _ addressee: Addressee) throws(Refusal) {
        guard settings.checksOrigin, let slot = request.slot, !allocations[slot].origin.isEmpty,
            allocations[slot].origin != addressee.origin
        else { return }
        throw Refusal(.wrongCredentials, "ORIGIN is another than the allocation's")
    }
}
