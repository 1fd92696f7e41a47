// SPDX-License-Identifier: Apache-2.0

/// The chunks of a PNG (third edition, §5 and §11).
enum PNGParts {
    /// What is needed to show the picture as it is meant, frames and colours included.
    private static let known: Set<String> = [
        "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI", "bKGD",
        "hIST", "pHYs", "acTL", "fcTL", "fdAT",
    ]

    static func kept(of picture: [UInt8]) -> [UInt8]? {
        let bytes = PictureBytes(picture)
        var (kept, place) = (Array(picture.prefix(8)), 8)
        kept.reserveCapacity(bytes.count)
        guard bytes.holds("IHDR", at: 12), bytes.big(4, at: 8) == 13 else { return nil }
        var (orientation, behindHeader, hasData): (Orientation?, Int, Bool) = (nil, 8, false)
        var chunks = 0
        while chunks < PictureBytes.mostParts, let length = bytes.big(4, at: place), bytes.count - place >= 8 {
            chunks += 1
            let name = String(decoding: bytes.slice(place + 4, 4), as: UTF8.self)
            if name == "eXIf" {
                orientation = orientation ?? Orientation(inTIFF: bytes.slice(place + 8, length))
            } else if known.contains(name) {
                // One that is cut off is shown as far as it goes.
                kept += bytes.slice(place, 12 + length)
            }
            if name == "IHDR", behindHeader == 8 { behindHeader = kept.count }
            hasData = hasData || name == "IDAT"
            if name == "IEND" { break }
            place += 12 + length
        }
        guard hasData else { return nil }
        if let orientation { kept.insert(contentsOf: chunk("eXIf", orientation.tiff), at: behindHeader) }
        return kept
    }

    private static func chunk(_ name: StaticString, _ content: [UInt8]) -> [UInt8] {
        let named = Array("\(name)".utf8) + content
        return big(UInt32(clamping: content.count)) + named + big(checksum(named))
    }

    private static func big(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// CRC-32 of a few bytes (Annex D).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { register, byte in
            (0..<8).reduce(register ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}
