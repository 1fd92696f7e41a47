// SPDX-License-Identifier: Apache-2.0

extension ValueType where Value == UInt16 {
    static let port = Self(
        name: "port", expected: "a number from 1 to 65535",
        parse: { text, _ in digits(text).flatMap { (1...65535).contains($0) ? UInt16($0) : nil } },
        write: { String($0) })

    /// A port, or coturn's 0 for the port behind another one.
    static let portOrNext = Self(
        name: "port", expected: "a number from 1 to 65535, or 0 for the port behind the first one",
        parse: { text, _ in digits(text).flatMap { UInt16(exactly: $0) } },
        write: { String($0) })
}

extension ValueType where Value == Int {
    /// A whole number of `unit`.
    static func number(_ range: ClosedRange<Int>, unit: String? = nil) -> Self {
        Self(
            name: "number", expected: expectation(range, unit: nil), unit: unit,
            parse: { text, _ in digits(text).flatMap { range.contains($0) ? $0 : nil } },
            write: { String($0) })
    }

    /// coturn's number of threads, where 0 stands for a single one.
    static let relayThreads = Self(
        name: "number", expected: "a number from 0 to 128",
        parse: { text, _ in digits(text).flatMap { (0...128).contains($0) ? max($0, 1) : nil } },
        write: { String($0) })

    /// Bytes per second.
    static let rate = Self(
        name: "number", expected: "a number, also written as in 500k or 3M", unit: "bytes per second",
        parse: { text, _ in scaled(text, by: ["k": 1000, "K": 1000, "M": 1_000_000, "G": 1_000_000_000]) },
        write: { String($0) })

    /// Minutes, hours and days may be spelled out, as in `7d`; a bare number is bytes.
    static let bytes = Self(
        name: "size", expected: "a number of bytes, or one with k, M or G behind it, as in 2M", unit: "bytes",
        parse: { text, _ in scaled(text, by: ["k": 1 << 10, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30]) },
        write: { String($0) })
}

extension ValueType where Value == Duration {
    /// Whole seconds; `10m`, `24h` and `7d` are understood.
    static func seconds(_ range: ClosedRange<Int>) -> Self {
        Self(
            name: "duration", expected: expectation(range, unit: "seconds") + ", also written as in 10m, 24h or 7d",
            unit: "seconds",
            parse: { text, _ in
                scaled(text, by: ["s": 1, "m": 60, "h": 3600, "d": 86_400])
                    .flatMap { range.contains($0) ? .seconds($0) : nil }
            },
            write: { String($0.components.seconds) })
    }
}

/// A number in decimal digits and nothing else, or nil.
private func digits(_ text: some StringProtocol) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
}

/// Digits with an optional suffix that multiplies them, or nil when that is not it or too much.
private func scaled(_ text: String, by factors: [Character: Int]) -> Int? {
    guard let last = text.last, let factor = factors[last] else { return digits(text) }
    guard let number = digits(text.dropLast()) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
}

private func expectation(_ range: ClosedRange<Int>, unit: String?) -> String {
    let unit = unit.map { " of \($0)" } ?? ""
    guard range.upperBound < Int(Int32.max) else {
        return range.lowerBound == 0 ? "a number\(unit)" : "a number\(unit), at least \(range.lowerBound)"
    }
    return "a number\(unit) from \(range.lowerBound) to \(range.upperBound)"
}
