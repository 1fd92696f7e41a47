// SPDX-License-Identifier: Apache-2.0

/// The blocks of a GIF (89a).
enum GIFParts {
    static func kept(of picture: [UInt8]) -> [UInt8]? {
        let bytes = PictureBytes(picture)
        guard let flags = bytes.byte(at: 10), bytes.count >= 13 else { return nil }
        var place = 13 + colours(flags)
        var (kept, hasImage) = (Array(bytes.slice(0, place)), false)
        kept.reserveCapacity(bytes.count)
        blocks: while let kind = bytes.byte(at: place) {
            let start = place
            let isKept: Bool
            switch kind {
            case 0x2C:
                guard let flags = bytes.byte(at: place + 9) else { break blocks }
                // Behind the descriptor comes the smallest size of a code, then the data.
                place += 10 + colours(flags) + 1
                (isKept, hasImage) = (true, true)
            case 0x21:
                // Times, and how often it is repeated: comments, texts and what else programs leave behind are no picture.
                let isRepetition =
                    bytes.holds("NETSCAPE2.0", at: place + 3) || bytes.holds("ANIMEXTS1.0", at: place + 3)
                isKept = bytes.byte(at: place + 1) == 0xF9 || bytes.byte(at: place + 1) == 0xFF && isRepetition
                place += 2
            default: break blocks
            }
            while let length = bytes.byte(at: place), length > 0 { place += 1 + Int(length) }
            place += 1
            if isKept { kept += bytes.slice(start, place - start) }
        }
        guard hasImage else { return nil }
        return kept + [0x3B]
    }

    /// Bytes of the table of colours that flags announce.
    private static func colours(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }
}
