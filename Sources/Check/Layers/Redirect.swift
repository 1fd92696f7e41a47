// SPDX-License-Identifier: Apache-2.0

internal import Addresses
internal import Configuration
internal import Engine
internal import Wire

extension Checkup {
    /// WEB: whether a browser that comes over HTTP, as one does who types a name, gets to the pages over HTTPS.
    func redirect(_ settings: Settings) {
        guard settings.webTLSPort != nil, let plain = webTarget(settings, isSecure: false) else { return }
        doing("coming to \(plain.endpoint) as a browser does")
        let answer: WebQuestion.Answer
        switch question("GET", "/", at: plain) {
        case .failure(let obstacle):
            let listens = listening.contains(Port(of: plain))
            return tell(
                .fail(
                    .web, "http://\(plain.authority)/: \(obstacle.words)", obstacle.cause(at: plain, listens: listens)))
        case .success(let heard): answer = heard
        }
        // Names that mean this machine itself are not sent away.
        if answer.status == 200, IPAddress(plain.host)?.isLocalOnly == true || plain.host == "localhost" { return }
        guard (301...308).contains(answer.status), let location = answer.field("location") else {
            return tell(
                .fail(
                    .web, "http://\(plain.authority)/ answers HTTP \(answer.status) and leads to no HTTPS",
                    .redirectBroken))
        }
        let text = "http://\(plain.authority)/ leads to \(location)"
        guard let place = place(of: location), place.transport == .tls else {
            return tell(.fail(.web, "\(text), which is no https:// URL", .redirectBroken))
        }
        guard let found = place.addresses.first else {
            return tell(.fail(.web, "\(text), and \(place.host) has no address", .nameWithoutAddress(place.host)))
        }
        // From behind NAT the server itself is asked in that name.
        let target = place.target(at: isBeyondNAT(found) ? plain.endpoint.address : found)
        guard !isBeyondNAT(found) || place.port == settings.webTLSPort else {
            return tell(.skip(.web, "\(text), which only somebody outside sees (NAT)"))
        }
        switch question("GET", "/", at: target) {
        case .success(let page) where page.status == 200: tell(.ok(.web, "\(text), where the page is"))
        case .success(let page):
            tell(.fail(.web, "\(text), which answers HTTP \(page.status)", .redirectBroken))
        case .failure(let obstacle):
            tell(.fail(.web, "\(text): \(obstacle.words)", .redirectBroken))
        }
    }

    /// A place that a URL names.
    struct WebPlace {
        let transport: Transport
        let host: String
        let port: UInt16
        let addresses: [IPAddress]

        func target(at address: IPAddress) -> Target {
            Target(transport: transport, endpoint: Endpoint(address, port), host: host)
        }
    }

    /// Nil for what is no URL of HTTP.
    func place(of url: String) -> WebPlace? {
        let isSecure = url.hasPrefix("https://")
        guard isSecure || url.hasPrefix("http://") else { return nil }
        let authority = url.dropFirst(isSecure ? 8 : 7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let parsed = HostAndPort(String(authority), standard: isSecure ? 443 : 80) else { return nil }
        let found = parsed.address.map { [$0] } ?? ((try? Host.addresses(of: parsed.host)) ?? [])
        // Its own address is where this machine gets to the server for certain.
        let mine = found.filter { own.contains($0) }
        return WebPlace(
            transport: isSecure ? .tls : .tcp, host: parsed.host, port: parsed.port,
            addresses: mine.isEmpty ? found : mine)
    }

    /// Whether this machine may not get to a public address that leads to itself: few routers lead back inside.
    func isBeyondNAT(_ address: IPAddress) -> Bool {
        !own.contains(address) && !own.contains { $0.family == address.family && $0.isPublic }
    }
}
