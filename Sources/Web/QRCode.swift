// SPDX-License-Identifier: Apache-2.0
internal import CQREncode

/// A text as a QR code (ISO/IEC 18004), for a telephone's camera.
package enum QRCode {
    /// Modules of white around the code that scanners need to find it.
    private static let quietZone = 4

    /// An SVG picture that scales to any size, black on white in every theme, or nil for a text that is empty or
    /// longer than the 2,331 bytes that fit at medium error correction.
    package static func svg(_ text: String) -> String? {
        guard let rows = rows(of: text) else { return nil }
        let size = rows.count + 2 * quietZone
        var path = ""
        for (y, row) in rows.enumerated() {
            var x = 0
            while let start = row[x...].firstIndex(of: true) {
                let end = row[start...].firstIndex(of: false) ?? row.endIndex
                path += "M\(start + quietZone) \(y + quietZone)h\(end - start)v1h-\(end - start)z"
                x = end
            }
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size) \(size)" shape-rendering="crispEdges">\
            <rect width="\(size)" height="\(size)" fill="#fff"/><path d="\(path)"/></svg>
            """
    }

    /// The code's modules, true where black, row by row.
    static func rows(of text: String) -> [[Bool]]? {
        let bytes = Array(text.utf8)
        guard let count = Int32(exactly: bytes.count), count > 0 else { return nil }
        // Safe: libqrencode reads `count` bytes and keeps nothing of them.
        guard let code = unsafe QRcode_encodeData(count, bytes, 0, QR_ECLEVEL_M) else { return nil }
        defer { unsafe QRcode_free(code) }
        let width = Int(unsafe code.pointee.width)
        guard width > 0, let data = unsafe code.pointee.data else { return nil }
        return (0..<width).map { y in
            // Safe: `data` holds `width` × `width` bytes; the lowest bit of each is the colour.
            (0..<width).map { x in unsafe data[y * width + x] & 1 == 1 }
        }
    }
}
