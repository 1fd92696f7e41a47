// SPDX-License-Identifier: Apache-2.0

/// The segments of a JPEG (ITU T.81 §B).
enum JPEGParts {
    static func kept(of picture: [UInt8]) -> [UInt8]? {
        let bytes = PictureBytes(picture)
        guard bytes.big(2, at: 0) == 0xFFD8 else { return nil }
        var (kept, place): ([UInt8], Int) = ([0xFF, 0xD8], 2)
        kept.reserveCapacity(bytes.count)
        var (orientation, hasScan): (Orientation?, Bool) = (nil, false)
        // Behind JFIF's segment, which comes first where there is one.
        var front = 2
        while let marker = bytes.byte(at: place + 1), bytes.byte(at: place) == 0xFF {
            if marker == 0xFF {  // Fill bytes may stand before a marker.
                place += 1
                continue
            }
            if marker == 0xD9 {
                kept += [0xFF, 0xD9]
                break  // What stands behind the end is no part of the picture: films, other pictures.
            }
            if marker == 0x01 || (0xD0...0xD7).contains(marker) {
                kept += [0xFF, marker]
                place += 2
                continue
            }
            guard marker != 0, marker != 0xD8, let length = bytes.big(2, at: place + 2), length >= 2,
                place + 2 + length <= bytes.count
            else { break }
            let content = place + 4
            switch marker {
            case 0xE0 where bytes.holds("JFIF\0", at: content) && length >= 16:
                // Without the thumbnail that may stand at its end.
                kept += [0xFF, 0xE0, 0, 16] + bytes.slice(content, 12) + [0, 0]
                if front == 2 { front = kept.count }
            case 0xE1 where bytes.holds("Exif\0\0", at: content):
                orientation = orientation ?? Orientation(inTIFF: bytes.slice(content + 6, length - 8))
            case 0xE2 where bytes.holds("ICC_PROFILE\0", at: content), 0xEE where bytes.holds("Adobe", at: content):
                // Without these its colours are others.
                kept += bytes.slice(place, 2 + length)
            case 0xE0...0xEF, 0xFE: break
            default: kept += bytes.slice(place, 2 + length)
            }
            place += 2 + length
            guard marker == 0xDA else { continue }
            hasScan = true
            let end = endOfScan(picture, from: place)
            kept += picture[place..<end]
            place = end
        }
        guard hasScan else { return nil }
        if let orientation {
            kept.insert(contentsOf: [0xFF, 0xE1, 0, 34] + Array("Exif\0\0".utf8) + orientation.tiff, at: front)
        }
        return kept
    }

    /// Where the next marker is that is neither a restart nor an escaped byte.
    private static func endOfScan(_ bytes: [UInt8], from start: Int) -> Int {
        var place = start
        while place + 1 < bytes.count {
            if bytes[place] == 0xFF, bytes[place + 1] != 0, !(0xD0...0xD7).contains(bytes[place + 1]) { return place }
            place += 1
        }
        return bytes.count
    }
}
