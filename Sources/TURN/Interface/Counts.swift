// SPDX-License-Identifier: Apache-2.0

/// What a relay has counted since its start; plain additions of the one thread that it belongs to.
package struct Counts: Sendable {
    /// Binding requests that were answered with a success.
    package internal(set) var bindings: UInt64 = 0
    /// Binding requests that were refused.
    package internal(set) var bindingErrors: UInt64 = 0
    /// Allocate requests that led to an allocation.
    package internal(set) var allocations: UInt64 = 0
    /// Answers to strangers that were held back because there had been too many.
    package internal(set) var withheld: UInt64 = 0
    private var refusals = InlineArray<64, UInt64>(repeating: 0)

    package init() {}

    /// Requests that were refused for a cause.
    package func refused(_ cause: RefusalCause) -> UInt64 { refusals[Int(cause.rawValue)] }

    mutating func count(_ cause: RefusalCause) { refusals[Int(cause.rawValue)] &+= 1 }

    package static func += (sum: inout Self, other: Self) {
        sum.bindings &+= other.bindings
        sum.bindingErrors &+= other.bindingErrors
        sum.allocations &+= other.allocations
        sum.withheld &+= other.withheld
        for index in sum.refusals.indices { sum.refusals[index] &+= other.refusals[index] }
    }
}
