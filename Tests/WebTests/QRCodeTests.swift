// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Web

@Suite("QR code")
struct QRCodeTests {
    static let link = "https://call.example.org/r/7hN2kQvYb3xWcR9mTzPdLs"

    @Test("has the three finder patterns of ISO/IEC 18004 §6.3.3")
    func finders() throws {
        let rows = try #require(QRCode.rows(of: Self.link))
        let size = rows.count
        #expect((size - 17) % 4 == 0)
        for (top, left) in [(0, 0), (0, size - 7), (size - 7, 0)] {
            for y in 0..<7 {
                for x in 0..<7 {
                    let ring = max(abs(x - 3), abs(y - 3))
                    #expect(rows[top + y][left + x] == (ring != 2), "\(top + y), \(left + x)")
                }
            }
        }
    }

    @Test("is drawn module by module, with four modules of quiet around it")
    func drawing() throws {
        let rows = try #require(QRCode.rows(of: Self.link))
        let svg = try #require(QRCode.svg(Self.link))
        #expect(svg.contains("viewBox=\"0 0 \(rows.count + 8) \(rows.count + 8)\""))
        var drawn = rows.map { $0.map { _ in false } }
        for run in svg.matches(of: /M(\d+) (\d+)h(\d+)v1h-(\d+)z/) {
            let x = try #require(Int(run.output.1))
            let y = try #require(Int(run.output.2))
            let count = try #require(Int(run.output.3))
            for offset in 0..<count { drawn[y - 4][x - 4 + offset] = true }
        }
        #expect(drawn == rows)
        #expect(svg.matches(of: /<path/).count == 1)
    }

    @Test("refuses what cannot be drawn", arguments: ["", String(repeating: "a", count: 2_332)])
    func refusal(text: String) {
        #expect(QRCode.svg(text) == nil)
    }

    @Test("takes the longest text that fits")
    func longest() {
        #expect(QRCode.svg(String(repeating: "a", count: 2_331)) != nil)
    }
}
