// SPDX-License-Identifier: Apache-2.0
internal import CWebAssets

/// A file of Sources/Web/client as the compiler put it into the binary.
struct EmbeddedFile {
    /// Its path under Sources/Web/client.
    let name: String
    let bytes: [UInt8]

    /// All of them, read from the binary's own read-only data.
    static var all: [EmbeddedFile] {
        var count = 0
        guard let table = unsafe sterna_assets(&count) else { return [] }
        return (0..<count).map { index in
            // Safe: `count` is the length of the table, and each entry's pointers are static arrays of the given length.
            let entry = unsafe table[index]
            return unsafe EmbeddedFile(
                name: String(cString: entry.name),
                bytes: Array(UnsafeBufferPointer(start: entry.bytes, count: entry.count)))
        }
    }

    /// By the end of the name; text is UTF-8.
    var contentType: String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "webmanifest": "application/manifest+json"
        default: "application/octet-stream"
        }
    }
}
