/// The candidate that was probably meant by a misspelt name; nil where none is near.
package func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
    var best: (name: String, distance: Int)?
    let limit = name.utf8.count < 2 ? 0 : max(1, name.utf8.count / 3)
    let bytes = Array(name.utf8)
    for candidate in candidates where abs(candidate.utf8.count - bytes.count) <= limit {
        let distance = editDistance(bytes, Array(candidate.utf8), atMost: min(limit, best?.distance ?? limit))
        guard let distance else { continue }
        if let found = best, (found.distance, found.name) <= (distance, candidate) { continue }
        best = (candidate, distance)
    }
    return best?.name
}

/// Damerau-Levenshtein distance with adjacent transpositions; nil where it is more than the limit.
private func editDistance(_ left: [UInt8], _ right: [UInt8], atMost limit: Int) -> Int? {
    // Names of one file often begin and end alike; only what stands between needs the table.
    let prefix = zip(left, right).prefix { $0 == $1 }.count
    let left = left.dropFirst(prefix)
    let right = right.dropFirst(prefix)
    let suffix = zip(left.reversed(), right.reversed()).prefix { $0 == $1 }.count
    return distance(Array(left.dropLast(suffix)), Array(right.dropLast(suffix)), atMost: limit)
}

private func distance(_ left: [UInt8], _ right: [UInt8], atMost limit: Int) -> Int? {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 1..<(left.count + 1) {
        var current = [row]
        for column in 1..<(right.count + 1) {
            let same = left[row - 1] == right[column - 1]
            var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1))
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                cost = min(cost, beforeLast[column - 2] + 1)
            }
            current.append(cost)
        }
        if current.allSatisfy({ $0 > limit }) { return nil }
        (beforeLast, last) = (last, current)
    }
    return last[right.count] <= limit ? last[right.count] : nil
}
