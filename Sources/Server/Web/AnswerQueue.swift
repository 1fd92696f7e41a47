// SPDX-License-Identifier: Apache-2.0

/// The rest of an answer that the client has not read yet, given to its stream piece by piece.
struct AnswerQueue {
    private var pieces: [[UInt8]] = []
    private var sent = 0
    /// Bytes that wait here.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        pieces.append(bytes)
        count += bytes.count
    }

    /// Takes the next bytes away, at most so many; none when nothing waits.
    mutating func next(_ most: Int) -> [UInt8] {
        guard let first = pieces.first else { return [] }
        let end = min(first.count, sent + most)
        let piece = sent == 0 && end == first.count ? first : Array(first[sent..<end])
        count -= piece.count
        sent = end
        if sent == first.count {
            pieces.removeFirst()
            sent = 0
        }
        return piece
    }

    mutating func removeAll() { self = Self() }
}
