// SPDX-License-Identifier: Apache-2.0

/// Finds the lines of a head a byte at a time, so that how it was cut into packets cannot matter.
struct HeadScanner {
    private(set) var bytes: [UInt8] = []
    private(set) var lines: [Range<Int>] = []
    private var start = 0
    private var taken = 0
    private var sawReturn = false
    private var skippedBlankLine = false

    /// Takes the next byte; true when it ended the head.
    ///
    /// Lines end in CRLF: a lone LF, a lone CR and NUL are refused at once (RFC 9112 §2.2).
    mutating func take(_ byte: UInt8, limits: Limits) throws(Refusal) -> Bool {
        guard taken < limits.head else { throw .headTooLarge }
        taken += 1
        switch (sawReturn, byte) {
        case (false, 0x0D): sawReturn = true
        case (true, 0x0A):
            sawReturn = false
            return try endLine(limits: limits)
        case (true, _): throw .malformed("a line ends in CR without LF")
        case (false, 0x0A): throw .malformed("a line ends in LF without CR")
        case (false, 0): throw .malformed("the head holds a NUL")
        case (false, _): bytes.append(byte)
        }
        return false
    }

    private mutating func endLine(limits: Limits) throws(Refusal) -> Bool {
        let line = start..<bytes.count
        if line.isEmpty {
            if !lines.isEmpty { return true }
            // One empty line in front of the request line is forgiven (RFC 9112 §2.2).
            guard !skippedBlankLine else { throw .malformed("the request begins with empty lines") }
            skippedBlankLine = true
            return false
        }
        guard lines.count <= limits.fields else { throw .tooManyFields }
        lines.append(line)
        start = bytes.count
        return false
    }
}
