// SPDX-License-Identifier: Apache-2.0

/// The candidate that a person most likely meant by `word`, or nil when none is near enough to suggest.
package func nearest(to word: some StringProtocol, among candidates: some Sequence<String>) -> String? {
    let word = Array(word.lowercased().utf8)
    // A third of the letters may be wrong, and one always may.
    let limit = max(1, word.count / 3)
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
        // No distance is less than the difference in length: most candidates need no table.
        guard abs(candidate.utf8.count - word.count) <= limit else { continue }
        let distance = editDistance(word, Array(candidate.lowercased().utf8))
        if distance < best?.distance ?? limit + 1 { best = (distance, candidate) }
    }
    return best?.candidate
}

/// Letters to insert, remove, replace or swap with their neighbour until `a` reads `b`.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for row in a.indices {
        var current = [row + 1]
        for column in b.indices {
            let replaced = previous[column] + (a[row] == b[column] ? 0 : 1)
            var distance = min(replaced, previous[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, a[row] == b[column - 1], a[row - 1] == b[column] {
                distance = min(distance, beforePrevious[column - 1] + 1)
            }
            current.append(distance)
        }
        beforePrevious = previous
        previous = current
    }
    return previous.last ?? a.count
}
