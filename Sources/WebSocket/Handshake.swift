// SPDX-License-Identifier: Apache-2.0
import Crypto
package import HTTP
import Wire

/// The opening handshake, the server's side (RFC 6455 §4.2).
package enum Handshake {
    /// Whether the request asks to become a WebSocket at all.
    package static func isRequested(by request: Request) -> Bool {
        request.fields.list("upgrade").contains("websocket")
    }

    /// The answer to a request for a WebSocket: 101, or why not.
    ///
    /// Extensions and subprotocols are not negotiated, whatever was offered: without `permessage-deflate` nothing that
    /// arrives is longer than it looks.
    package static func answer(to request: Request, allowing origins: OriginPolicy) -> Response {
        // A server MUST answer an unknown version with the one it speaks (RFC 6455 §4.4).
        guard request.fields.only("sec-websocket-version") == "13" else {
            var response = Problem(.upgradeRequired, "The WebSocket version spoken here is 13.").response
            response.set(.webSocketVersion, "13")
            response.set(.upgrade, "websocket")
            response.set(.connection, "Upgrade")
            return response
        }
        guard request.method == .get, request.minorVersion == 1, isRequested(by: request),
            request.fields.list("connection").contains("upgrade"), request.body.isEmpty
        else { return Problem(.badRequest, "This is not a WebSocket handshake.").response }
        guard let key = request.fields.only("sec-websocket-key"), Base64.decode(key)?.count == 16 else {
            return Problem(.badRequest, "Sec-WebSocket-Key is not 16 bytes in base64.").response
        }
        guard origins.admits(request) else {
            return Problem(.forbidden, "Pages of this origin may not connect here.").response
        }
        var response = Response(.switchingProtocols)
        response.set(.upgrade, "websocket")
        response.set(.connection, "Upgrade")
        response.set(.acceptWebSocket, accept(key))
        return response
    }

    /// Sec-WebSocket-Accept: proof that the key was read as a WebSocket's (RFC 6455 §4.2.2, step 5.4).
    package static func accept(_ key: String) -> String {
        Base64.encode(HashFunction.sha1.digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)).array)
    }
}
