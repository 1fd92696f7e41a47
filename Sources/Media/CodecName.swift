// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// The codec strings that browsers ask for, read from the decoders' configuration records.
enum CodecName {
    /// `avc1.PPCCLL`: profile, constraints and level of an AVCDecoderConfigurationRecord (RFC 6381 §3.3).
    static func avc(_ record: [UInt8], _ sampleEntry: String) -> String? {
        guard record.count >= 4, record[0] == 1 else { return nil }
        return "\(sampleEntry).\(Hex.encode(Array(record[1...3])))"
    }

    /// `av01.P.LLT.DD`: an AV1CodecConfigurationRecord (AV1 ISOBMFF binding §5).
    static func av1(_ record: [UInt8]) -> String? {
        guard record.count >= 3, record[0] == 0x81 else { return nil }
        let (profile, level) = (record[1] >> 5, record[1] & 0x1F)
        let tier = record[2] & 0x80 == 0 ? "M" : "H"
        let isHigh = record[2] & 0x40 != 0
        let isTwelve = record[2] & 0x20 != 0
        return "av01.\(profile).\(padded(level))\(tier).\(isHigh ? (isTwelve ? "12" : "10") : "08")"
    }

    /// `vp09.PP.LL.DD`: a VPCodecConfigurationRecord behind its version and flags (VP binding §4).
    static func vp9(_ record: [UInt8]) -> String? {
        guard record.count >= 7 else { return nil }
        // Chromium writes level 0, “not known”, which no browser takes; 1.0 is the lowest that there is.
        let level = record[5] == 0 ? 10 : record[5]
        return "vp09.\(padded(record[4])).\(padded(level)).\(padded(record[6] >> 4))"
    }

    /// `mp4a.40.N`: the audio object type inside an `esds` box (ISO/IEC 14496-1 §7.2.6, 14496-3 §1.6).
    static func aac(_ box: [UInt8]) -> String? {
        // Version and flags; then nested descriptors: a tag, a length in groups of seven bits, the content.
        var offset = 4
        func head(_ tag: UInt8) -> Bool {
            guard offset < box.count, box[offset] == tag else { return false }
            offset += 1
            while offset < box.count, box[offset] & 0x80 != 0 { offset += 1 }
            offset += 1
            return true
        }
        guard head(0x03), offset + 3 <= box.count else { return nil }
        let flags = box[offset + 2]
        offset += 3 + (flags & 0x80 != 0 ? 2 : 0)
        guard head(0x04), offset < box.count else { return nil }
        let objectType = box[offset]
        offset += 13
        guard objectType == 0x40, head(0x05), offset < box.count else {
            return "mp4a.\(Hex.encode([objectType]))"
        }
        return "mp4a.40.\(box[offset] >> 3)"
    }

    private static func padded(_ number: UInt8) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
