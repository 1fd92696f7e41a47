// SPDX-License-Identifier: Apache-2.0

package import Wire

/// The value of a field in a line of the log.
package enum LogValue: Hashable, Sendable {
    /// Text from anywhere, the network included; escaped when it is written.
    case text(String)
    case integer(Int64)
    case flag(Bool)
    /// Told in seconds with milliseconds.
    case duration(Duration)

    package static func endpoint(_ endpoint: Endpoint) -> Self { .text("\(endpoint)") }

    package static func count(_ number: some BinaryInteger) -> Self { .integer(Int64(clamping: number)) }
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
}
