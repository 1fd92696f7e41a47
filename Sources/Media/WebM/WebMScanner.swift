// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// Walks over the elements of a WebM stream and notes where clusters begin (RFC 9559 §5, §27: live streams).
struct WebMScanner: Sendable {
    /// A head is at most 4 + 8 bytes.
    private static let longestHead = 12

    private enum Place { case file, segment, cluster }

    private var place = Place.file
    /// Content that is still to be passed over.
    private var skip = 0
    /// The first bytes of a head that was cut off by the end of a piece.
    private var cut: [UInt8] = []

    /// Takes the next piece, which begins at `offset` of the stream; false when it is no WebM.
    mutating func scan(_ piece: Span<UInt8>, from offset: Int, into clusters: inout [Int]) -> Bool {
        guard !cut.isEmpty else { return walk(piece, from: offset, into: &clusters) }
        // Whole heads are read from the cut one and the beginning of this piece; the walk goes on where they end.
        let bytes = cut + piece.array(0..<piece.count)
        let start = offset - cut.count
        cut = []
        return walk(bytes.span, from: start, into: &clusters)
    }

    private mutating func walk(_ bytes: Span<UInt8>, from start: Int, into clusters: inout [Int]) -> Bool {
        var offset = 0
        while true {
            let passed = min(skip, bytes.count - offset)
            offset += passed
            skip -= passed
            guard offset < bytes.count else { return true }
            switch Element.read(bytes, at: offset) {
            case .malformed: return false
            case .incomplete:
                cut = bytes.array(offset..<bytes.count)
                return cut.count < Self.longestHead
            case .element(let element):
                guard enter(element, at: start + offset, into: &clusters) else { return false }
                offset += element.headSize
            }
        }
    }

    /// Steps into an element or decides to pass over it; false where it may not stand.
    private mutating func enter(_ element: Element, at offset: Int, into clusters: inout [Int]) -> Bool {
        switch (place, element.identifier, element.size) {
        case (.file, Element.header, let size?):
            guard offset == 0 else { return false }
            skip = size
        case (.file, Element.segment, _):
            place = .segment
        case (.file, _, _):
            return false
        case (.segment, Element.cluster, _), (.cluster, Element.cluster, _):
            if clusters.count < Recording.mostPlaces { clusters.append(offset) }
            place = .cluster
        case (.segment, _, let size?):
            skip = size
        case (.segment, _, nil):
            return false
        case (.cluster, _, let size?):
            if element.isSegmentChild { place = .segment }
            skip = size
        case (.cluster, _, nil):
            return false
        }
        return true
    }
}
