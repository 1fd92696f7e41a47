// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// What a WebM initialisation segment says about its tracks.
struct WebMTracks {
    private(set) var documentType = "webm"
    private(set) var hasVideo = false
    private(set) var codecs: [String] = []

    init(initialisation bytes: Span<UInt8>) {
        walk(bytes, 0..<bytes.count)
    }

    /// The MIME type with its codecs; nil without a track.
    var mime: String? {
        guard !codecs.isEmpty else { return nil }
        let kind = hasVideo ? "video" : "audio"
        let container = documentType == "webm" ? "webm" : "x-matroska"
        return "\(kind)/\(container);codecs=\"\(codecs.joined(separator: ","))\""
    }

    private mutating func walk(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        for (element, content) in Self.children(bytes, range) {
            switch element.identifier {
            case Element.header, Element.segment, Element.tracks: walk(bytes, content)
            case Element.documentType: documentType = Self.text(bytes, content)
            case Element.trackEntry: read(track: content, bytes)
            default: break
            }
        }
    }

    private mutating func read(track range: Range<Int>, _ bytes: Span<UInt8>) {
        var codec = ""
        var configuration: [UInt8] = []
        for (element, content) in Self.children(bytes, range) {
            switch element.identifier {
            case Element.trackType: hasVideo = hasVideo || bytes.array(content) == [1]
            case Element.codec: codec = Self.text(bytes, content)
            case Element.codecPrivate: configuration = bytes.array(content)
            default: break
            }
        }
        codecs.append(Self.name(of: codec, configuration))
    }

    /// The name that browsers know the codec by (RFC 6381, and the codecs' own bindings).
    private static func name(of codec: String, _ configuration: [UInt8]) -> String {
        switch codec {
        case "V_VP8": "vp8"
        case "V_VP9": "vp9"
        case "V_AV1": CodecName.av1(configuration) ?? "av01"
        case "V_MPEG4/ISO/AVC": CodecName.avc(configuration, "avc1") ?? "avc1"
        case "A_OPUS": "opus"
        case "A_VORBIS": "vorbis"
        default: "unknown"
        }
    }

    /// The elements inside `range`; those of unknown size reach to its end.
    private static func children(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [(Element, Range<Int>)] {
        var children: [(Element, Range<Int>)] = []
        var offset = range.lowerBound
        while offset < range.upperBound, case .element(let element) = Element.read(bytes, at: offset) {
            let start = offset + element.headSize
            guard start <= range.upperBound else { break }
            let end = start + min(element.size ?? .max, range.upperBound - start)
            children.append((element, start..<end))
            offset = end
        }
        return children
    }

    private static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: bytes.array(range).prefix { $0 != 0 }, as: UTF8.self)
    }
}
