// SPDX-License-Identifier: Apache-2.0

/// The chunks of a WebP (RFC 9649 §2).
enum WebPParts {
    private static let known: Set<String> = ["VP8 ", "VP8L", "VP8X", "ANIM", "ANMF", "ALPH", "ICCP"]
    private static let exifFlag: UInt8 = 0x08
    private static let xmpFlag: UInt8 = 0x04

    static func kept(of picture: [UInt8]) -> [UInt8]? {
        let bytes = PictureBytes(picture)
        var (kept, place): ([UInt8], Int) = (Array("WEBP".utf8), 12)
        kept.reserveCapacity(bytes.count)
        var (orientation, flags, hasImage): (Orientation?, Int?, Bool) = (nil, nil, false)
        var chunks = 0
        while chunks < PictureBytes.mostParts, let length = bytes.little(4, at: place + 4) {
            chunks += 1
            let name = String(decoding: bytes.slice(place, 4), as: UTF8.self)
            if name == "EXIF" {
                // Some writers put JPEG's name in front of it.
                let start = bytes.holds("Exif\0\0", at: place + 8) ? place + 14 : place + 8
                orientation = orientation ?? Orientation(inTIFF: bytes.slice(start, place + 8 + length - start))
            } else if known.contains(name) {
                if name == "VP8X", flags == nil, length >= 10, place + 8 < bytes.count { flags = kept.count + 8 }
                hasImage = hasImage || name == "VP8 " || name == "VP8L" || name == "ANMF"
                kept += bytes.slice(place, 8 + length)
                if length % 2 == 1 { kept.append(0) }
            }
            place += 8 + length + length % 2
        }
        guard hasImage else { return nil }
        if let flags {
            kept[flags] &= ~(exifFlag | xmpFlag)
            if let orientation {
                kept[flags] |= exifFlag
                let tiff = orientation.tiff
                kept += Array("EXIF".utf8) + little(tiff.count) + tiff
            }
        }
        return Array("RIFF".utf8) + little(kept.count) + kept
    }

    private static func little(_ number: Int) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
