// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// The head of an ISO base media box: what it is and how long (ISO/IEC 14496-12 §4.2).
struct Box: Hashable {
    /// Four characters.
    let type: UInt32
    /// Bytes of the head itself: 8, or 16 with a long size.
    let headSize: Int
    /// Bytes of content; nil where the box reaches to the end of the file.
    let size: Int?

    enum Reading: Hashable {
        case box(Box)
        /// The head is cut off.
        case incomplete
        case malformed
    }

    /// Reads the head at `offset`.
    static func read(_ bytes: Span<UInt8>, at offset: Int) -> Reading {
        guard let short: UInt32 = bytes.integer(at: offset), let type: UInt32 = bytes.integer(at: offset + 4) else {
            return .incomplete
        }
        switch short {
        case 0:
            return .box(Box(type: type, headSize: 8, size: nil))
        case 1:
            guard let long: UInt64 = bytes.integer(at: offset + 8) else { return .incomplete }
            guard long >= 16 else { return .malformed }
            return .box(Box(type: type, headSize: 16, size: Int(clamping: long - 16)))
        case 2..<8:
            return .malformed
        default:
            return .box(Box(type: type, headSize: 8, size: Int(short) - 8))
        }
    }

    /// The number of a type written as four ASCII characters.
    static func type(_ characters: StaticString) -> UInt32 {
        characters.description.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The name of the type.
    var name: String {
        String(decoding: (0..<4).map { UInt8(truncatingIfNeeded: type >> UInt32(24 - 8 * $0)) }, as: UTF8.self)
    }

    static let fileType = type("ftyp")
    static let movie = type("moov")
    static let movieFragment = type("moof")
    static let mediaData = type("mdat")
    /// What may stand in front of a movie fragment and belongs to it.
    static let fragmentPreludes: Set = [type("styp"), type("sidx"), type("prft"), type("emsg")]
}
