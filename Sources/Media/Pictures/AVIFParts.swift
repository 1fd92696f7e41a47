// SPDX-License-Identifier: Apache-2.0

/// The items of an AVIF (ISO 14496-12 §8.11). What tells of the maker is written over where it stands, because everything
/// else is found by its place in the file. Which way up the picture is stands in a property of its own.
enum AVIFParts {
    private struct Box {
        let name: String
        let content: Range<Int>
    }

    static func kept(of picture: [UInt8]) -> [UInt8]? {
        let bytes = PictureBytes(picture)
        let top = boxes(bytes, in: 0..<bytes.count)
        guard let meta = top.first(where: { $0.name == "meta" }), meta.content.count >= 4 else { return nil }
        let inner = boxes(bytes, in: meta.content.lowerBound + 4..<meta.content.upperBound)
        var kept = picture
        func wipe(_ range: Range<Int>) {
            let range = range.clamped(to: 0..<kept.count)
            kept.replaceSubrange(range, with: repeatElement(0, count: range.count))
        }
        guard let list = inner.first(where: { $0.name == "iinf" }),
            let places = inner.first(where: { $0.name == "iloc" })
        else { return nil }
        let data = inner.first { $0.name == "idat" }?.content
        let items = metadata(bytes, list)
        if !items.isEmpty {
            guard let found = extents(bytes, places, data) else { return nil }
            let extents = found.filter { items.contains($0.item) }
            // Those of an honest picture do not overlap.
            guard extents.reduce(0, { $0 + $1.range.count }) <= bytes.count else { return nil }
            for extent in extents { wipe(extent.range) }
        }
        // Boxes that anybody may fill as they like.
        for box in top + inner where ["uuid", "free", "skip", "udta", "mebx"].contains(box.name) { wipe(box.content) }
        return kept
    }

    private static func boxes(_ bytes: PictureBytes, in range: Range<Int>) -> [Box] {
        var (found, place): ([Box], Int) = ([], range.lowerBound)
        while found.count < 1024, let size = bytes.big(4, at: place), place + 8 <= range.upperBound {
            var (length, head) = (size, 8)
            if size == 1 {
                // More than seven bytes of length is no picture.
                guard bytes.byte(at: place + 8) == 0, let long = bytes.big(7, at: place + 9) else { break }
                (length, head) = (long, 16)
            }
            let rest = range.upperBound - place
            if size == 0 { length = rest }
            guard length >= head, length <= rest else { break }
            let name = String(decoding: bytes.slice(place + 4, 4), as: UTF8.self)
            found.append(Box(name: name, content: place + head..<place + length))
            place += length
        }
        return found
    }

    /// The numbers of the items that are Exif or XMP.
    private static func metadata(_ bytes: PictureBytes, _ list: Box) -> Set<Int> {
        guard let version = bytes.byte(at: list.content.lowerBound) else { return [] }
        let first = list.content.lowerBound + 4 + (version == 0 ? 2 : 4)
        guard first <= list.content.upperBound else { return [] }
        var items: Set<Int> = []
        for entry in boxes(bytes, in: first..<list.content.upperBound) where entry.name == "infe" {
            let start = entry.content.lowerBound
            guard let version = bytes.byte(at: start), version >= 2 else { continue }
            let width = version == 2 ? 2 : 4
            guard let item = bytes.big(width, at: start + 4) else { continue }
            // Behind the number stands which key it is locked with.
            let kind = start + 4 + width + 2
            if bytes.holds("Exif", at: kind) || bytes.holds("mime", at: kind) || bytes.holds("uri ", at: kind) {
                items.insert(item)
            }
        }
        return items
    }

    private static func extents(
        _ bytes: PictureBytes, _ places: Box, _ data: Range<Int>?
    ) -> [(item: Int, range: Range<Int>)]? {
        var place = places.content.lowerBound
        func next(_ width: Int) -> Int? {
            guard width > 0 else { return 0 }
            // Numbers of eight bytes that need the first are beyond any picture.
            if width == 8 { guard bytes.byte(at: place) == 0 else { return nil } }
            let value = width == 8 ? bytes.big(7, at: place + 1) : bytes.big(width, at: place)
            place += width
            return place <= places.content.upperBound ? value : nil
        }
        guard let version = next(1), version <= 2, next(3) != nil, let sizes = next(2) else { return nil }
        let (offsetSize, lengthSize, baseSize) = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15)
        let indexSize = version == 0 ? 0 : sizes & 15
        guard [offsetSize, lengthSize, baseSize, indexSize].allSatisfy({ [0, 4, 8].contains($0) }),
            let count = next(version < 2 ? 2 : 4)
        else { return nil }
        var found: [(item: Int, range: Range<Int>)] = []
        var steps = 0
        for _ in 0..<count {
            guard let item = next(version < 2 ? 2 : 4), let method = version == 0 ? 0 : next(2), next(2) != nil,
                let base = next(baseSize), let number = next(2)
            else { return nil }
            for _ in 0..<number {
                steps += 1
                guard next(indexSize) != nil, let offset = next(offsetSize), let length = next(lengthSize) else {
                    return nil
                }
                // Inside this file, or inside the box of data.
                let origin = method & 15 == 1 ? data?.lowerBound ?? bytes.count : 0
                guard base <= bytes.count, offset <= bytes.count, steps <= 4096 else { return nil }
                let start = min(origin + base + offset, bytes.count)
                let end = length == 0 ? bytes.count : min(start + min(length, bytes.count), bytes.count)
                if end > start { found.append((item, start..<end)) }
            }
        }
        return found
    }
}
