// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Wire

extension Settings {
    /// What a person who has just started the server wants to know: where to go now.
    ///
    /// - Parameter web: Where the web is served; empty when it is not.
    func welcome(web: [Endpoint]) -> String {
        guard let first = web.first else { return "serving STUN and TURN" }
        if let publicURL { return "open \(publicURL)" }
        // Every address: the name by which browsers allow camera and microphone without HTTPS.
        let host = web.first { !$0.address.isUnspecified }.map { "\($0)" } ?? "localhost:\(first.port)"
        return "open http://\(host)"
    }
}
