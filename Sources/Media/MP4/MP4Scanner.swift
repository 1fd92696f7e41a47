// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// Walks over the boxes of a fragmented MP4 stream and notes where fragments begin (ISO/IEC 14496-12 §8.8).
struct MP4Scanner: Sendable {
    private enum Place {
        case file
        /// Behind `moov` or `mdat`: what comes next begins a fragment.
        case between
        /// Behind the beginning of a fragment.
        case fragment
    }

    private var place = Place.file
    /// Content that is still to be passed over.
    private var skip = 0
    /// The first bytes of a head that was cut off by the end of a piece.
    private var cut: [UInt8] = []

    /// Takes the next piece, which begins at `offset` of the stream; false when it is no fragmented MP4.
    mutating func scan(_ piece: Span<UInt8>, from offset: Int, into fragments: inout [Int]) -> Bool {
        guard !cut.isEmpty else { return walk(piece, from: offset, into: &fragments) }
        let bytes = cut + piece.array(0..<piece.count)
        let start = offset - cut.count
        cut = []
        return walk(bytes.span, from: start, into: &fragments)
    }

    private mutating func walk(_ bytes: Span<UInt8>, from start: Int, into fragments: inout [Int]) -> Bool {
        var offset = 0
        while true {
            let passed = min(skip, bytes.count - offset)
            offset += passed
            skip -= passed
            guard offset < bytes.count else { return true }
            switch Box.read(bytes, at: offset) {
            case .malformed: return false
            case .incomplete:
                cut = bytes.array(offset..<bytes.count)
                return true
            case .box(let box):
                guard enter(box, at: start + offset, into: &fragments), let size = box.size else { return false }
                offset += box.headSize
                skip = size
            }
        }
    }

    /// Takes note of a box; false where it may not stand.
    private mutating func enter(_ box: Box, at offset: Int, into fragments: inout [Int]) -> Bool {
        let beginsFragment = box.type == Box.movieFragment || Box.fragmentPreludes.contains(box.type)
        switch place {
        case .file:
            // Media in front of the movie box is a file for the disk, not for streaming.
            guard box.type != Box.mediaData, box.type != Box.movieFragment else { return false }
            if box.type == Box.movie { place = .between }
        case .between where beginsFragment:
            fragments.append(offset)
            place = .fragment
        case .between:
            guard box.type != Box.mediaData else { return false }
        case .fragment:
            if box.type == Box.mediaData { place = .between }
        }
        return true
    }
}
