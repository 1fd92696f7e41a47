// SPDX-License-Identifier: Apache-2.0
import CLinux
import Engine
import Glibc
import Testing
import Wire

/// A pipe whose reading end wakes a loop: the smallest thing that can be ready.
struct Wires: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    init() throws {
        var ends: [Int32] = [-1, -1]
        // Safe: the call writes two descriptors into an array of two.
        let result = unsafe pipe(&ends)
        try #require(result == 0)
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
    }

    func ring() {
        var byte: UInt8 = 1
        // Safe: one byte is read from a variable of one byte.
        _ = unsafe write(writing.number, &byte, 1)
    }
}

/// Counts what it is told and does what the test wants.
final class Witness: Source {
    var tokens: [Int] = []
    var action: (Int) -> Void = { _ in }

    func ready(_ events: Events, token: Int) {
        tokens.append(token)
        action(token)
    }
}

extension Loop {
    /// Turns until `isDone`, or for two seconds: enough on the slowest machine, and a test must end.
    func turn(until isDone: () -> Bool) {
        let limit = Moment.read().instant + .seconds(2)
        while !isDone(), Moment.read().instant < limit { turn(waitingAtMost: .milliseconds(20)) }
    }
}
