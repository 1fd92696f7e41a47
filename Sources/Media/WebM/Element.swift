// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// The head of an EBML element: what it is and how long (RFC 8794 §4–6).
struct Element: Hashable {
    /// The identifier with its length marker, as the specifications print it.
    let identifier: UInt32
    /// Bytes of the head itself.
    let headSize: Int
    /// Bytes of content; nil where the writer did not know.
    let size: Int?

    enum Reading: Hashable {
        case element(Element)
        /// The head is cut off.
        case incomplete
        case malformed
    }

    /// Reads the head at `offset`.
    static func read(_ bytes: Span<UInt8>, at offset: Int) -> Reading {
        guard let first: UInt8 = bytes.integer(at: offset) else { return .incomplete }
        let identifierSize = first.leadingZeroBitCount + 1
        guard identifierSize <= 4 else { return .malformed }
        var identifier: UInt32 = 0
        for index in 0..<identifierSize {
            guard let byte: UInt8 = bytes.integer(at: offset + index) else { return .incomplete }
            identifier = identifier << 8 | UInt32(byte)
        }

        guard let marker: UInt8 = bytes.integer(at: offset + identifierSize) else { return .incomplete }
        let sizeSize = marker.leadingZeroBitCount + 1
        guard sizeSize <= 8 else { return .malformed }
        var size = UInt64(marker) & (0xFF >> UInt64(sizeSize))
        for index in 1..<max(sizeSize, 1) {
            guard let byte: UInt8 = bytes.integer(at: offset + identifierSize + index) else { return .incomplete }
            size = size << 8 | UInt64(byte)
        }
        let isUnknown = size == (1 << UInt64(7 * sizeSize)) - 1
        return .element(
            Element(
                identifier: identifier, headSize: identifierSize + sizeSize, size: isUnknown ? nil : Int(clamping: size)
            ))
    }

    // RFC 8794 §11.2, RFC 9559 §5.
    static let header: UInt32 = 0x1A45_DFA3
    static let documentType: UInt32 = 0x4282
    static let segment: UInt32 = 0x1853_8067
    static let seekHead: UInt32 = 0x114D_9B74
    static let info: UInt32 = 0x1549_A966
    static let tracks: UInt32 = 0x1654_AE6B
    static let cluster: UInt32 = 0x1F43_B675
    static let cues: UInt32 = 0x1C53_BB6B
    static let chapters: UInt32 = 0x1043_A770
    static let attachments: UInt32 = 0x1941_A469
    static let tags: UInt32 = 0x1254_C367
    static let trackEntry: UInt32 = 0xAE
    static let trackType: UInt32 = 0x83
    static let codec: UInt32 = 0x86
    static let codecPrivate: UInt32 = 0x63A2

    /// Whether the element stands directly inside a segment, and so ends a cluster of unknown size.
    var isSegmentChild: Bool {
        switch identifier {
        case Self.seekHead, Self.info, Self.tracks, Self.cluster, Self.cues, Self.chapters, Self.attachments, Self.tags:
            true
        default: false
        }
    }
}
