// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Datagrams or messages that lie end to end in one buffer, and where each begins and ends. At most 32.
package struct Pieces: Sendable {
    package private(set) var count = 0
    private var ends = [32 of UInt32](repeating: 0)

    package static let limit = 32

    init() {}

    /// Bytes of all pieces together.
    package var byteCount: Int { count == 0 ? 0 : Int(ends[count - 1]) }

    package var isEmpty: Bool { count == 0 }

    /// Where the piece with that number, counted from zero, lies in the buffer.
    package subscript(number: Int) -> Range<Int> {
        precondition(number < count, "a piece that there is")
        return (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])
    }

    /// Adds a piece behind the others; it is forgotten when there are 32 already.
    mutating func append(_ byteCount: Int) {
        guard count < Self.limit else { return }
        ends[count] = UInt32(self.byteCount + byteCount)
        count += 1
    }
}

extension Conversation {
    /// The datagrams that were written in this loan.
    var datagrams: Pieces {
        var pieces = Pieces()
        let count = unsafe Int(min(wire.pointee.datagrams, UInt32(OPENSSL_WIRE_DATAGRAMS)))
        // Safe: the C array has 32 numbers, seen as a tuple of them, and `count` of them are set.
        unsafe withUnsafeBytes(of: wire.pointee.ends) { bytes in
            for index in 0..<count {
                let end = unsafe bytes.load(fromByteOffset: index * 4, as: UInt32.self)
                pieces.append(Int(end) - pieces.byteCount)
            }
        }
        return pieces
    }
}
