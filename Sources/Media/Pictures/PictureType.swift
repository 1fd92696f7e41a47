// SPDX-License-Identifier: Apache-2.0

/// What a picture's first bytes say that it is; formats that can hold scripts, as SVG, are not among them.
package enum PictureType: String, CaseIterable, Sendable {
    case png = "image/png"
    case jpeg = "image/jpeg"
    case gif = "image/gif"
    case webp = "image/webp"
    case avif = "image/avif"

    /// Looks at the first bytes; nil for what is none of them.
    package init?(of bytes: [UInt8]) {
        func holds(_ text: String, at place: Int) -> Bool { bytes.dropFirst(place).starts(with: text.utf8) }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if holds("GIF87a", at: 0) || holds("GIF89a", at: 0) {
            self = .gif
        } else if holds("RIFF", at: 0), holds("WEBP", at: 8) {
            self = .webp
        } else if holds("ftypavif", at: 4) {
            self = .avif
        } else {
            return nil
        }
    }

    /// The picture without what tells of its maker: place, time, camera, names, comments, smaller pictures of it and
    /// whatever stands behind its end. Which way up it is stays. One whose parts cannot be told apart stays as it is where
    /// nothing in it is called like a part that tells something; else nil.
    ///
    /// What is not known to be part of the picture goes. Nothing is decoded; no more bytes come out than go in, but for the 36
    /// that say which way up it is.
    ///
    /// - Complexity: Linear in the bytes.
    package func withoutMetadata(_ bytes: [UInt8]) -> [UInt8]? {
        parts(bytes) ?? (Self.tellsSomething(bytes) ? nil : bytes)
    }

    private func parts(_ bytes: [UInt8]) -> [UInt8]? {
        switch self {
        case .png: PNGParts.kept(of: bytes)
        case .jpeg: JPEGParts.kept(of: bytes)
        case .gif: GIFParts.kept(of: bytes)
        case .webp: WebPParts.kept(of: bytes)
        case .avif: AVIFParts.kept(of: bytes)
        }
    }

    /// Whether anything is in the bytes that readers of Exif, XMP and comments look for.
    private static func tellsSomething(_ bytes: [UInt8]) -> Bool {
        for place in bytes.indices where firstLetters.contains(bytes[place]) {
            if names.contains(where: { bytes[place...].starts(with: $0) }) { return true }
        }
        return false
    }

    private static let names: [[UInt8]] = [
        "Exif", "EXIF", "eXIf", "tEXt", "zTXt", "iTXt", "xmpmeta", "ns.adobe.com", "XMP", "Photoshop",
    ].map { Array($0.utf8) }

    private static let firstLetters = Set(names.compactMap(\.first))
}

/// The bytes of a picture with numbers in them; what is not there is nil.
struct PictureBytes {
    let bytes: [UInt8]
    var count: Int { bytes.count }

    /// Chunks that a picture may have: what stands behind them is left out.
    static let mostParts = 65_536

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// An unsigned number of one to eight bytes, the most significant first.
    func big(_ width: Int, at place: Int) -> Int? {
        guard (1...7).contains(width), place >= 0, place <= bytes.count - width else { return nil }
        return bytes[place..<place + width].reduce(0) { $0 << 8 | Int($1) }
    }

    /// The same, the least significant first.
    func little(_ width: Int, at place: Int) -> Int? {
        guard (1...7).contains(width), place >= 0, place <= bytes.count - width else { return nil }
        return bytes[place..<place + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    func byte(at place: Int) -> UInt8? { bytes.indices.contains(place) ? bytes[place] : nil }

    func holds(_ text: StaticString, at place: Int) -> Bool {
        let text = Array("\(text)".utf8)
        return place >= 0 && place <= bytes.count - text.count && bytes[place...].starts(with: text)
    }

    /// As many bytes of a range as there are.
    func slice(_ start: Int, _ length: Int) -> ArraySlice<UInt8> {
        guard start >= 0, start < bytes.count, length > 0 else { return [] }
        return bytes[start..<start + min(length, bytes.count - start)]
    }
}
