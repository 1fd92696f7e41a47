// SPDX-License-Identifier: Apache-2.0

/// The fuzzer's bytes, drawn from the front; where none are left everything is zero and empty.
struct Draw {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func number() -> UInt16 { UInt16(byte()) << 8 | UInt16(byte()) }

    /// Up to `count` bytes.
    mutating func bytes(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// A length of up to 255 and as many bytes.
    mutating func piece() -> [UInt8] { bytes(Int(byte())) }

    mutating func remainder() -> [UInt8] { bytes(rest.count) }
}

/// The bytes that libFuzzer hands over, as an array of our own.
func input(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    // Safe: libFuzzer owns `count` bytes at `bytes` for the length of the call; a nil pointer comes with zero.
    unsafe Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
}
