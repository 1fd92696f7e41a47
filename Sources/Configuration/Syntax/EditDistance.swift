// SPDX-License-Identifier: Apache-2.0

/// The candidate that a person most likely meant by `word`, or nil when none is near enough to suggest.
package func nearest(to word: some StringProtocol, among candidates: some Sequence<String>) -> String? {
    let word = Array(word.lowercased().utf8)
    // A third of the letters may be wrong, and one always may.
    let limit = max(1, word.count / 3)
    var rows = EditDistance(from: word)
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
        // No distance is less than the difference in length.
        guard abs(candidate.utf8.count - word.count) <= limit else { continue }
        let allowed = min(limit, (best?.distance ?? limit + 1) - 1)
        if let distance = rows.distance(to: candidate, atMost: allowed) { best = (distance, candidate) }
    }
    return best?.candidate
}

/// Letters to insert, remove, replace or swap with their neighbour until a word reads as another, upper case or lower.
private struct EditDistance {
    private let word: [UInt8]
    /// The letters that the word has, a bit each.
    private let letters: UInt64
    // Three rows of the table, used again for every candidate.
    private var beforePrevious: [Int]
    private var previous: [Int]
    private var current: [Int]

    init(from word: [UInt8]) {
        self.word = word
        letters = word.reduce(0) { $0 | Self.bit(of: $1) }
        previous = Array(0...word.count)
        (beforePrevious, current) = (previous, previous)
    }

    /// The distance; nil as soon as it is known to be more than `limit`.
    mutating func distance(to candidate: String, atMost limit: Int) -> Int? {
        // Every letter that the candidate lacks costs one: most candidates need no table.
        let found = candidate.utf8.reduce(0) { $0 | Self.bit(of: Self.lowercased($1)) }
        guard (letters & ~found).nonzeroBitCount <= limit else { return nil }
        for column in 0...word.count { previous[column] = column }
        var last: UInt8 = 0
        for (row, letter) in candidate.utf8.lazy.map(Self.lowercased).enumerated() {
            current[0] = row + 1
            var least = current[0]
            for column in word.indices {
                let replaced = previous[column] + (letter == word[column] ? 0 : 1)
                var distance = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, letter == word[column - 1], last == word[column] {
                    distance = min(distance, beforePrevious[column - 1] + 1)
                }
                current[column + 1] = distance
                least = min(least, distance)
            }
            // A swap reaches back two rows and adds one: what is beyond by more than that stays beyond.
            guard least <= limit + 1 else { return nil }
            last = letter
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[word.count] <= limit ? previous[word.count] : nil
    }

    private static func bit(of letter: UInt8) -> UInt64 { 1 << UInt64(letter & 63) }

    private static func lowercased(_ letter: UInt8) -> UInt8 {
        (0x41...0x5A).contains(letter) ? letter | 0x20 : letter
    }
}
