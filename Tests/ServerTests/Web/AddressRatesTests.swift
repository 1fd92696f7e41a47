// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import Server

@Suite("Rates of addresses")
struct AddressRatesTests {
    @Test("at their limit cost a newcomer no look at all the others, but once a second for everybody")
    func sweeps() {
        var rates = AddressRates(perMinute: 1)
        let start = Instant(nanoseconds: 1_000_000_000)
        for number in 0..<UInt32(65_536) { #expect(rates.take(.v4(number), now: start) == nil) }
        for number in 0..<UInt32(10_000) { _ = rates.take(.v4(1 << 20 + number), now: start) }
        #expect(rates.sweeps == 1)
        #expect(rates.take(.v4(0), now: start) != nil, "who is known is still counted")
        // A minute later everybody may be forgotten.
        #expect(rates.take(.v4(1 << 21), now: start + .seconds(61)) == nil)
        #expect(rates.sweeps == 2)
    }
}
