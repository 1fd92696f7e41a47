// SPDX-License-Identifier: Apache-2.0
import STUN
import Testing
import Wire

@Suite("Frames of a stream")
struct FrameTests {
    func frames(_ stream: [UInt8]) -> [[UInt8]] {
        var rest = stream[...]
        var frames: [[UInt8]] = []
        while true {
            let bytes = Array(rest)
            guard case .message(let count, let advance) = Frame(startingAt: bytes.span) else { return frames }
            frames.append(Array(bytes[..<count]))
            rest = rest.dropFirst(advance)
        }
    }

    @Test("STUN and padded ChannelData are cut at their ends")
    func cuts() throws {
        let stun = try #require(Hex.decode("000100042112a4420102030405060708090a0b0c80220000"))
        let channelData: [UInt8] = [0x40, 0x01, 0, 5, 1, 2, 3, 4, 5]
        let empty: [UInt8] = [0x40, 0x01, 0, 0]
        #expect(frames(stun + channelData + [0, 0, 0] + empty + stun) == [stun, channelData, empty, stun])
    }

    @Test("nothing is said before enough bytes are there, and nothing is read past them")
    func incomplete() throws {
        let stun = try #require(Hex.decode("000100042112a4420102030405060708090a0b0c80220000"))
        for count in stun.indices {
            let cut = Array(stun[..<count])
            let frame = Frame(startingAt: cut.span)
            #expect(frame == .incomplete)
        }
        let channelData: [UInt8] = [0x40, 0x01, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0]
        for count in channelData.indices {
            let cut = Array(channelData[..<count])
            let frame = Frame(startingAt: cut.span)
            #expect(frame == .incomplete)
        }
    }

    @Test(
        "what cannot become a message is known at once",
        arguments: ["80", "c0", "00010001", "000100004854545020", "47455420".replacing("47", with: "97")])
    func invalid(hex: String) throws {
        let bytes = try #require(Hex.decode(hex))
        let frame = Frame(startingAt: bytes.span)
        #expect(frame == .invalid)
    }
}
