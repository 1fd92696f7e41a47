// SPDX-License-Identifier: Apache-2.0

internal import HTTP
internal import Web
internal import Wire

/// The browser client as the site's answers.
struct Pages {
    private var assets = Assets()

    /// The file at the request's path, in the coding that the browser takes and does not have yet; nil when there is none.
    mutating func answer(to request: Request) -> Response? {
        guard let asset = assets.lookup(request.target.rawPath) else { return nil }
        let gzip = Self.acceptsGzip(request.fields) ? asset.gzip : nil
        let chosen = gzip ?? asset.identity
        var response = Response(Self.has(request.fields, chosen.etag) ? .notModified : .ok)
        for (name, value) in asset.headers { FieldName(rawValue: name).map { response.set($0, value) } }
        response.set(.etag, chosen.etag)
        guard response.status == .ok else { return response }
        if gzip != nil { response.set(.contentEncoding, "gzip") }
        response.body = chosen.bytes
        return response
    }

    /// The page for a path that leads nowhere, as people see it.
    static var notFound: Response {
        let page = """
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
            <title>404</title><h1>There is nothing here</h1><p lang="ru">Здесь ничего нет</p><p><a href="/">Sterna</a></p></html>
            """
        var response = Response(.notFound, type: "text/html; charset=utf-8", body: Array(page.utf8))
        for (name, value) in PagePolicy.headers { FieldName(rawValue: name).map { response.set($0, value) } }
        return response
    }

    /// Whether gzip is among the codings that the client takes (RFC 9110 §12.5.3).
    static func acceptsGzip(_ fields: Fields) -> Bool {
        fields.list("accept-encoding").contains { item in
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " } }
            guard parts.first == "gzip" || parts.first == "x-gzip" else { return false }
            guard let weight = parts.dropFirst().first(where: { $0.hasPrefix("q=") }) else { return true }
            return (Double(weight.dropFirst(2)) ?? 0) > 0
        }
    }

    /// Whether the client has this very representation (RFC 9110 §13.1.2; the comparison is the weak one).
    static func has(_ fields: Fields, _ etag: String) -> Bool {
        fields.list("if-none-match").contains {
            $0 == "*" || $0 == etag.lowercasedASCII || $0 == "w/" + etag.lowercasedASCII
        }
    }

    /// Whether whoever asks would rather see a page than a problem document.
    static func isBrowser(_ fields: Fields) -> Bool {
        fields.list("accept").contains { $0.hasPrefix("text/html") }
    }
}
