// SPDX-License-Identifier: Apache-2.0

internal import HTTP
internal import Wire

extension Log {
    /// A request that was answered; nothing of its path that could be a secret, and nothing of its query.
    ///
    /// - Parameter route: Nil for pages, assets and paths that lead nowhere.
    func write(_ method: HTTP.Method, _ route: Route?, _ status: Status, for caller: Caller) {
        guard isWanted(.request) else { return }
        write(
            .request, "a request was answered",
            [
                "method": .text(method.rawValue), "path": .text(route?.pattern ?? "page"),
                "status": .count(status.code), "client": .text("\(caller.address)"),
            ])
    }
}
