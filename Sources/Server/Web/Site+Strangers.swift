// SPDX-License-Identifier: Apache-2.0

internal import HTTP
internal import WebSocket

// A page of another site can have its visitors' browsers send forms here, in their names and from their addresses, without
// being asked whether it may (a “simple request” of CORS). Browsers say so, in one field or another.

extension Site {
    /// Whether a request may change something here.
    func changes(_ request: Request) -> Bool { ![.get, .head, .options].contains(request.method) }

    /// Whether the request was sent by a page of this site or of an allowed one, or by no page at all.
    func isInvited(_ request: Request) -> Bool {
        guard origins.admits(request) else { return false }
        return request.fields.contains("origin") || request.fields.only("sec-fetch-site") != "cross-site"
    }

    static var uninvited: Reply {
        .problem(.forbidden, "Pages of this origin may not do that here; allowed-origin lets one in.")
    }
}
