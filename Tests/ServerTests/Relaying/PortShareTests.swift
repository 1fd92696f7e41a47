// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Server

@Suite("Port shares")
struct PortShareTests {
    @Test(
        "deal every port to exactly one worker, in pairs that begin even",
        arguments: [
            ([49152...65535], 1), ([49152...65535], 3), ([49153...49160], 2), ([5001...5001], 4),
            ([1024...1031, 2001...2010, 65535...65535], 5), ([10...11], 8),
        ] as [([ClosedRange<UInt16>], Int)])
    func shares(ranges: [ClosedRange<UInt16>], workers: Int) {
        let shares = PortShares.split(ranges, among: workers)
        #expect((1...workers).contains(shares.count))
        let dealt = shares.flatMap { $0.flatMap { Array($0) } }
        #expect(dealt.sorted() == ranges.flatMap { Array($0) }.sorted())
        let all = Set(dealt)
        for share in shares {
            let ports = Set(share.flatMap { Array($0) })
            #expect(!ports.isEmpty)
            let parted = ports.filter { all.contains($0 ^ 1) && !ports.contains($0 ^ 1) }
            #expect(parted.isEmpty)
        }
    }

    @Test("are as many as there are workers, and none without ports")
    func count() {
        #expect(PortShares.split([49152...65535], among: 16).count == 16)
        #expect(PortShares.split([], among: 2).isEmpty)
        #expect(PortShares.split([49152...65535], among: 0).count == 1)
    }
}
