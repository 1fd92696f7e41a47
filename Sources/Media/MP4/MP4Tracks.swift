// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// What an MP4 initialisation segment says about its tracks.
struct MP4Tracks {
    private(set) var hasVideo = false
    private(set) var codecs: [String] = []

    init(initialisation bytes: Span<UInt8>) {
        walk(bytes, 0..<bytes.count)
    }

    /// The MIME type with its codecs; nil without a track.
    var mime: String? {
        codecs.isEmpty ? nil : "\(hasVideo ? "video" : "audio")/mp4;codecs=\"\(codecs.joined(separator: ","))\""
    }

    private mutating func walk(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        for (box, content) in Self.children(bytes, range) {
            switch box.name {
            case "moov", "trak", "mdia", "minf", "stbl": walk(bytes, content)
            // Version, flags and the number of entries come first (§8.5.2).
            case "stsd": read(entries: content.dropFirst(8), bytes)
            default: break
            }
        }
    }

    private mutating func read(entries range: Range<Int>, _ bytes: Span<UInt8>) {
        for (entry, content) in Self.children(bytes, range) {
            switch entry.name {
            case "avc1", "avc3", "hvc1", "hev1", "vp08", "vp09", "av01":
                hasVideo = true
                // A VisualSampleEntry has 78 bytes before its boxes (§12.1.3).
                codecs.append(Self.name(of: entry.name, bytes, content.dropFirst(78)))
            default:
                // An AudioSampleEntry has 28 (§12.2.3).
                codecs.append(Self.name(of: entry.name, bytes, content.dropFirst(28)))
            }
        }
    }

    private static func name(of entry: String, _ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        for (box, content) in children(bytes, range) {
            let record = bytes.array(content)
            let name: String? =
                switch box.name {
                case "avcC": CodecName.avc(record, entry)
                case "vpcC": CodecName.vp9(record)
                case "av1C": CodecName.av1(record)
                case "esds": CodecName.aac(record)
                case "dOps": "opus"
                default: nil
                }
            if let name { return name }
        }
        return entry
    }

    private static func children(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [(Box, Range<Int>)] {
        var children: [(Box, Range<Int>)] = []
        var offset = range.lowerBound
        while offset < range.upperBound, case .box(let box) = Box.read(bytes, at: offset) {
            let start = offset + box.headSize
            guard start <= range.upperBound else { break }
            let end = start + min(box.size ?? .max, range.upperBound - start)
            children.append((box, start..<end))
            offset = end
        }
        return children
    }
}
