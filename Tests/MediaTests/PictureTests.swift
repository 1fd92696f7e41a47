// SPDX-License-Identifier: Apache-2.0
import Crypto
import Media
import Testing

@Suite("Pictures lose what tells of their maker")
struct PictureTests {
    static let kinds = ["jpg", "png", "webp", "avif", "gif"]

    /// As ``PictureType`` and what it keeps; nil where that is nothing.
    private func kept(_ bytes: [UInt8]) -> [UInt8]? { PictureType(of: bytes)?.withoutMetadata(bytes) }

    private func holds(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: part) }
    }

    @Test(
        "place, names, comments and camera go",
        arguments: zip(["turned", "turned", "turned", "turned", "moving"], kinds))
    func metadata(name: String, kind: String) throws {
        let picture = SampleFile.read("\(name).\(kind)", in: "Pictures")
        #expect(holds(picture, Array("SECRET".utf8)))
        let clean = try #require(kept(picture))
        #expect(!holds(clean, Array("SECRET".utf8)) && clean.count <= picture.count)
        #expect(PictureType(of: clean) == PictureType(of: picture))
        #expect(kept(clean) == clean, "there is nothing more to take out")
    }

    @Test("which way up it is stays", arguments: ["jpg", "png", "webp"])
    func orientation(kind: String) throws {
        let clean = try #require(kept(SampleFile.read("turned.\(kind)", in: "Pictures")))
        // One entry of a directory: tag 0x112, a short, once, 6.
        #expect(holds(clean, [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]))
    }

    @Test("one that tells nothing stays as it is", arguments: kinds)
    func plain(kind: String) {
        let picture = SampleFile.read("plain.\(kind)", in: "Pictures")
        #expect(!picture.isEmpty && kept(picture) == picture)
    }

    @Test("what stands behind the end goes", arguments: ["jpg", "png", "webp", "gif"])
    func behind(kind: String) {
        let picture = SampleFile.read("plain.\(kind)", in: "Pictures")
        #expect(kept(picture + Array("ftypmp42 a film of the maker".utf8)) == picture)
    }

    @Test("segments that anybody may fill go, those that colours need stay")
    func segments() throws {
        let picture = SampleFile.read("plain.jpg", in: "Pictures")
        func segment(_ marker: UInt8, _ text: String) -> [UInt8] {
            [0xFF, marker, 0, UInt8(text.utf8.count + 2)] + Array(text.utf8)
        }
        let others = [0xE1, 0xE3, 0xE4, 0xED, 0xEF, 0xFE].flatMap { segment($0, "Ducky SECRET") }
        let multi = segment(0xE2, "MPF\0 SECRET")
        let colours = segment(0xE2, "ICC_PROFILE\0\u{1}\u{1}abc") + segment(0xEE, "Adobe\0\u{64}\0\0\0\0\u{1}")
        let full = Array(picture.prefix(20)) + others + colours + multi + picture.dropFirst(20)
        #expect(kept(full) == Array(picture.prefix(20)) + colours + picture.dropFirst(20))
    }

    @Test(
        "one whose parts cannot be told apart is none where it may tell something, and stays as it is where it does not"
    )
    func damaged() {
        for text in ["\u{89}PNG\r\n\u{1A}\n and noise", "GIF89a", "RIFF....WEBPnoise", "....ftypavifnoise"] {
            let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            #expect(kept(bytes) == bytes)
            for name in ["Exif", "eXIf", "iTXt", "<x:xmpmeta"] {
                let telling = bytes + Array(name.utf8)
                #expect(PictureType(of: telling) != nil && kept(telling) == nil, "\(name)")
            }
        }
    }

    @Test("one that is cut off anywhere, or changed anywhere, does no harm and tells no more", arguments: kinds)
    func hostile(kind: String) {
        let picture = SampleFile.read("\(kind == "gif" ? "moving" : "turned").\(kind)", in: "Pictures")
        for count in picture.indices { _ = kept(Array(picture.prefix(count))) }
        var random = RandomStream(testSeed: 11)
        for _ in 0..<2000 {
            var changed = picture
            for change in stride(from: 0, to: 12, by: 4) {
                let draw = random.bytes(4)
                let place = (Int(draw[0]) << 8 | Int(draw[1])) % changed.count
                changed[place] = change == 0 ? draw[2] : [0, 0xFF, 0x7F, draw[3]][Int(draw[2] & 3)]
            }
            if let clean = kept(changed) { #expect(clean.count <= changed.count + 64) }
        }
    }
}
