// SPDX-License-Identifier: Apache-2.0

/// The browser client: which path of the web listener answers with which embedded file.
///
/// Files live under `/assets/{version}/`, where the version is a hash of them all. A browser keeps them for good, and
/// a page that is fetched anew names the new version; so a call page is one small request when it is opened again.
/// A value belongs to one loop: what was compressed on first use is kept in it, without a lock.
package struct Assets {
    /// Changes when any file of the client changes.
    package let version: String

    private let files: [String: EmbeddedFile]
    private var prepared: [String: Asset] = [:]

    /// Hashes the embedded files and compresses none of them yet.
    package init() {
        var fingerprint = Fingerprint()
        var files: [String: EmbeddedFile] = [:]
        for file in EmbeddedFile.all {
            fingerprint.add(Array(file.name.utf8))
            fingerprint.add(file.bytes)
            files[file.name] = file
        }
        version = fingerprint.description
        self.files = files
    }

    /// The file that answers a GET for `path` (without its query), or nil where the client has none.
    ///
    /// Compresses the file when it is asked for the first time.
    package mutating func lookup(_ path: String) -> Asset? {
        guard let (name, isVersioned) = file(at: path) else { return nil }
        let key = isVersioned ? name : "now/\(name)"
        if let asset = prepared[key] { return asset }
        guard let file = files[name] else { return nil }
        let asset = Asset(
            name.hasSuffix(".html") ? addressed(file.bytes) : file.bytes,
            contentType: file.contentType,
            cacheControl: isVersioned ? "public, max-age=31536000, immutable" : "no-cache")
        prepared[key] = asset
        return asset
    }

    private static let home = "index.html"
    /// The pages with a path of their own.
    private static let pages = ["talkie": "talkie.html", "chat": "chat.html", "calls": "calls.html"]
    private static let icon = "images/tern.svg"

    /// The name of the file that `path` stands for, and whether the path says which version is meant.
    private func file(at path: String) -> (name: String, isVersioned: Bool)? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        switch (parts.first, parts.count) {
        case ("", 1): return (Self.home, false)
        // The token is not looked at: the page itself says that a link leads nowhere.
        case ("r", 2): return parts.last?.isEmpty == false ? (Self.home, false) : nil
        case ("favicon.ico", 1): return (Self.icon, false)
        case ("assets", 3...):
            let name = parts.dropFirst(2).joined(separator: "/")
            guard !name.hasSuffix(".html"), let given = parts.dropFirst().first else { return nil }
            // A page from before an upgrade still gets its files, though not to keep.
            return (name, given == version)
        // Behind it may stand the name of a room or channel.
        case ("talkie", 2), ("chat", 2): return parts.last?.isEmpty == false ? page(parts.first) : nil
        case (let name, 1): return page(name)
        default: return nil
        }
    }

    private func page(_ name: Substring?) -> (name: String, isVersioned: Bool)? {
        name.flatMap { Self.pages[String($0)] }.map { ($0, false) }
    }

    /// The page with `/assets/@/` made to name the version.
    private func addressed(_ page: [UInt8]) -> [UInt8] {
        let text = String(decoding: page, as: UTF8.self)
        return Array(
            text.split(separator: "/@/", omittingEmptySubsequences: false).joined(separator: "/\(version)/").utf8)
    }
}
