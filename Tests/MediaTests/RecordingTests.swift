// SPDX-License-Identifier: Apache-2.0
import Crypto
import Media
import Testing
import Wire

/// What Chromium 156 and Firefox 153 recorded with MediaRecorder, a picture of 160 × 120 and a tone; every 100 ms a chunk.
@Suite("Recordings of browsers")
struct RecordingTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let file: String
        let container: Recording.Container
        let mime: String?

        var testDescription: String { file }
    }

    static let samples = [
        Sample(file: "chromium-vp8.webm", container: .webm, mime: "video/webm;codecs=\"opus,vp8\""),
        Sample(file: "chromium-vp9.webm", container: .webm, mime: "video/webm;codecs=\"vp9,opus\""),
        Sample(file: "chromium-av1.webm", container: .webm, mime: "video/webm;codecs=\"av01.0.09M.08,opus\""),
        Sample(file: "chromium-opus.webm", container: .webm, mime: "audio/webm;codecs=\"opus\""),
        Sample(file: "chromium-h264.mkv", container: .webm, mime: "video/x-matroska;codecs=\"avc1,opus\""),
        Sample(file: "firefox-vp8.webm", container: .webm, mime: "video/webm;codecs=\"vp8,opus\""),
        Sample(file: "firefox-opus.webm", container: .webm, mime: "audio/webm;codecs=\"opus\""),
        Sample(file: "chromium-h264.mp4", container: .mp4, mime: "video/mp4;codecs=\"opus,avc1.42c015\""),
        Sample(file: "chromium-vp9.mp4", container: .mp4, mime: "video/mp4;codecs=\"vp09.00.10.08,opus\""),
        Sample(file: "chromium-opus.mp4", container: .mp4, mime: "audio/mp4;codecs=\"opus\""),
        Sample(file: "firefox-opus.ogg", container: .opaque, mime: nil),
    ]

    /// Where the magic of a cluster or fragment stands in the bytes, whatever it means there.
    static func occurrences(of magic: [UInt8], in bytes: [UInt8]) -> [Int] {
        guard bytes.count >= magic.count else { return [] }
        return (0...bytes.count - magic.count).filter { bytes[$0..<$0 + magic.count].elementsEqual(magic) }
    }

    @Test("tells container, codecs, initialisation segment and places to join", arguments: samples)
    func whole(_ sample: Sample) {
        let bytes = SampleFile.read(sample.file)
        #expect(bytes.count > 1000)
        var recording = Recording()
        let places = recording.append(bytes)
        #expect(recording.container == sample.container)
        #expect(recording.mime == sample.mime)
        switch sample.container {
        case .webm: #expect(places == Self.occurrences(of: [0x1F, 0x43, 0xB6, 0x75], in: bytes))
        case .mp4: #expect(places == Self.occurrences(of: Array("moof".utf8), in: bytes).map { $0 - 4 })
        case .undetermined, .opaque: #expect(places == [])
        }
        #expect(recording.initialisation == places.first.map { Array(bytes[..<$0]) })
    }

    @Test("tells a bounded number of places of one piece, whatever it is made of")
    func heads() {
        var recording = Recording()
        var bytes: [UInt8] = [
            0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        ]
        for _ in 0..<100_000 { bytes += [0x1F, 0x43, 0xB6, 0x75, 0x80] }
        let places = recording.append(bytes.span)
        #expect(recording.container == .webm)
        #expect(places.first == 17 && places.count <= 256)
    }

    @Test("finds the same however the stream is cut", arguments: samples)
    func cuts(_ sample: Sample) {
        let bytes = SampleFile.read(sample.file)
        var whole = Recording()
        let places = whole.append(bytes)
        var random = RandomStream(testSeed: 11)
        for largest in [1, 2, 7, 30, 500] as [UInt64] {
            var recording = Recording()
            var found: [Int] = []
            var offset = 0
            while offset < bytes.count {
                let end = min(bytes.count, offset + 1 + Int(random.below(largest)))
                let new = recording.append(Array(bytes[offset..<end]))
                #expect(new.allSatisfy { $0 > offset - 24 && $0 < end })
                found += new
                offset = end
            }
            #expect(found == places)
            #expect(recording.initialisation == whole.initialisation)
            #expect(recording.mime == sample.mime)
            #expect(recording.container == sample.container)
            #expect(recording.length == bytes.count)
        }
    }

    @Test("nothing is made up about what is cut off", arguments: samples)
    func truncation(_ sample: Sample) {
        let bytes = SampleFile.read(sample.file)
        var whole = Recording()
        let places = whole.append(bytes)
        for count in stride(from: 0, to: bytes.count, by: 23) {
            var recording = Recording()
            let found = recording.append(Array(bytes[..<count]))
            #expect(found == places.filter { $0 < count }.prefix(found.count).map { $0 })
            #expect(recording.initialisation == nil || recording.initialisation == whole.initialisation)
        }
    }

    @Test("survives 4,000 damaged recordings")
    func damage() {
        var random = RandomStream(testSeed: 5)
        let originals = Self.samples.map { Array(SampleFile.read($0.file).prefix(3000)) }
        for _ in 0..<4_000 {
            var bytes = originals[Int(random.below(UInt64(originals.count)))]
            bytes.removeLast(Int(random.below(UInt64(bytes.count))))
            for _ in 0...random.below(6) where !bytes.isEmpty {
                // Heads stand in the beginning more often than not.
                let reach = random.below(2) == 0 ? min(400, bytes.count) : bytes.count
                bytes[Int(random.below(UInt64(reach)))] = UInt8(truncatingIfNeeded: random.next())
            }
            var recording = Recording()
            let places = recording.append(bytes)
            #expect(places == places.sorted())
            #expect(places.allSatisfy { bytes.indices.contains($0) })
        }
    }

    @Test("gives up on what never begins")
    func endless() {
        var recording = Recording()
        // A box of 4 GiB in front of the movie.
        let opening: [UInt8] = [0, 0, 0, 8] + Array("ftyp".utf8) + [0xFF, 0xFF, 0xFF, 0xFF] + Array("free".utf8)
        _ = recording.append(opening)
        #expect(recording.container == .mp4)
        let zeros = [UInt8](repeating: 0, count: 10_000)
        for _ in 0..<7 { _ = recording.append(zeros) }
        #expect(recording.container == .opaque)
        #expect(recording.initialisation == nil)
    }

    @Test(
        "tells opaque bytes at once",
        arguments: [[0xFF], [0x1A, 0x45, 0xDF, 0xA4], [0, 0, 0, 24, 0x6D, 0x6F, 0x6F, 0x76]])
    func opaque(bytes: [UInt8]) {
        var recording = Recording()
        _ = recording.append(bytes)
        #expect(recording.container == .opaque)
    }
}
