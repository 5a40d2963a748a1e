/// What changed between two texts, in the unified format of diff(1).
package enum UnifiedDiff {
    /// The difference; empty where the texts are the same. `from` and `to` are the names in its head.
    package static func text(_ old: [UInt8], _ new: [UInt8], from: String, to: String, context: Int = 3) -> String {
        if old == new { return "" }
        let one = lines(old)
        let two = lines(new)
        let edits = edits(one, two)
        var result = "--- \(from)\n+++ \(to)\n"
        for hunk in hunks(edits, context: context) { result += hunk }
        return result
    }

    /// Lines with their line breaks, so that a last line without one differs from one with it.
    private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? text.count
            lines.append(text[start..<end])
            start = end
        }
        return lines
    }

    private enum Edit {
        case keep(ArraySlice<UInt8>)
        case delete(ArraySlice<UInt8>)
        case insert(ArraySlice<UInt8>)

        var isChange: Bool { if case .keep = self { false } else { true } }
        var isInOld: Bool { if case .insert = self { false } else { true } }
        var isInNew: Bool { if case .delete = self { false } else { true } }

        var line: String {
            let (mark, bytes) =
                switch self {
                case .keep(let bytes): (" ", bytes)
                case .delete(let bytes): ("-", bytes)
                case .insert(let bytes): ("+", bytes)
                }
            let text = mark + String(decoding: bytes, as: UTF8.self)
            return bytes.last == UInt8(ascii: "\n") ? text : text + "\n\\ No newline at end of file\n"
        }
    }

    // MARK: - The shortest way from one to the other

    /// Numbers kept beyond which the search is given up, and all in between is taken as replaced.
    private static let searchLimit = 4_000_000

    private static func edits(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Edit] {
        let head = zip(old, new).prefix { $0 == $1 }.count
        let most = min(old.count, new.count) - head
        let tail = zip(old.reversed(), new.reversed()).prefix(most).prefix { $0 == $1 }.count
        let one = Array(old[head..<(old.count - tail)])
        let two = Array(new[head..<(new.count - tail)])
        let middle = shortest(one, two) ?? one.map(Edit.delete) + two.map(Edit.insert)
        return old[..<head].map(Edit.keep) + middle + old[(old.count - tail)...].map(Edit.keep)
    }

    /// Myers' greedy search (An O(ND) Difference Algorithm, 1986), with the furthest points of each round kept.
    private static func shortest(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Edit]? {
        let most = old.count + new.count
        var furthest = [Int](repeating: 0, count: 2 * most + 2)
        var rounds: [[Int]] = []
        for distance in 0...most {
            guard distance * most <= searchLimit else { return nil }
            rounds.append(furthest)
            for diagonal in stride(from: -distance, through: distance, by: 2) {
                var x = start(furthest, diagonal, distance, most)
                while x < old.count, x - diagonal < new.count, old[x] == new[x - diagonal] { x += 1 }
                furthest[diagonal + most] = x
                if x >= old.count, x - diagonal >= new.count { return walkBack(old, new, rounds, most) }
            }
        }
        return nil
    }

    /// Where a diagonal begins in a round: one down from the diagonal above, or one right from that below.
    private static func start(_ furthest: [Int], _ diagonal: Int, _ distance: Int, _ most: Int) -> Int {
        goesDown(furthest, diagonal, distance, most)
            ? furthest[diagonal + 1 + most] : furthest[diagonal - 1 + most] + 1
    }

    private static func goesDown(_ furthest: [Int], _ diagonal: Int, _ distance: Int, _ most: Int) -> Bool {
        if distance == 0 || diagonal == -distance { return true }
        if diagonal == distance { return false }
        return furthest[diagonal - 1 + most] < furthest[diagonal + 1 + most]
    }

    private static func walkBack(
        _ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>], _ rounds: [[Int]], _ most: Int
    ) -> [Edit] {
        var edits: [Edit] = []
        var x = old.count
        var y = new.count
        for (distance, furthest) in rounds.enumerated().reversed() {
            let diagonal = x - y
            let isDown = goesDown(furthest, diagonal, distance, most)
            let fromX = distance == 0 ? 0 : isDown ? furthest[diagonal + 1 + most] : furthest[diagonal - 1 + most]
            let fromY = distance == 0 ? 0 : fromX - (isDown ? diagonal + 1 : diagonal - 1)
            while x > (isDown || distance == 0 ? fromX : fromX + 1), y > 0, x > 0 {
                edits.append(.keep(old[x - 1]))
                x -= 1
                y -= 1
            }
            guard distance > 0 else { break }
            edits.append(isDown ? .insert(new[y - 1]) : .delete(old[x - 1]))
            (x, y) = (fromX, fromY)
        }
        return edits.reversed()
    }

    // MARK: - Hunks

    private static func hunks(_ edits: [Edit], context: Int) -> [String] {
        let changes = edits.indices.filter { edits[$0].isChange }
        var ranges: [Range<Int>] = []
        for change in changes {
            let range = max(0, change - context)..<min(edits.count, change + context + 1)
            if let last = ranges.last, range.lowerBound <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        var oldLine = 1
        var newLine = 1
        var next = 0
        return ranges.map { range in
            for edit in edits[next..<range.lowerBound] {
                oldLine += edit.isInOld ? 1 : 0
                newLine += edit.isInNew ? 1 : 0
            }
            let part = edits[range]
            let (oldCount, newCount) = (part.count { $0.isInOld }, part.count { $0.isInNew })
            let head = "@@ -\(place(oldLine, oldCount)) +\(place(newLine, newCount)) @@\n"
            oldLine += oldCount
            newLine += newCount
            next = range.upperBound
            return head + part.map(\.line).joined()
        }
    }

    /// An empty side is named by the line before it.
    private static func place(_ line: Int, _ count: Int) -> String {
        count == 1 ? "\(line)" : "\(count == 0 ? line - 1 : line),\(count)"
    }
}
