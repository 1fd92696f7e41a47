// SPDX-License-Identifier: Apache-2.0

import Crypto

/// Numbers that a seed determines, so that a failure comes again.
final class Dice: RandomNumberGenerator {
    private var stream: RandomStream

    init(testSeed: UInt64) { stream = RandomStream(testSeed: testSeed) }

    func next() -> UInt64 { stream.next() }
}
