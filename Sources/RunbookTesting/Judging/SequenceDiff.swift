/// Two lists side by side: what both have, what only one has, in an order that fits both.
struct SequenceDiff {
    enum Line: Equatable {
        case both(String)
        case onlyExpected(String)
        case onlyActual(String)
    }

    let lines: [Line]

    /// By the longest common subsequence; the lists are short.
    init(expected: [String], actual: [String]) {
        var length = Array(repeating: Array(repeating: 0, count: actual.count + 1), count: expected.count + 1)
        for row in expected.indices.reversed() {
            for column in actual.indices.reversed() {
                length[row][column] =
                    expected[row] == actual[column]
                    ? length[row + 1][column + 1] + 1 : max(length[row + 1][column], length[row][column + 1])
            }
        }
        var lines: [Line] = []
        var (row, column) = (0, 0)
        while row < expected.count || column < actual.count {
            if row < expected.count, column < actual.count, expected[row] == actual[column] {
                lines.append(.both(expected[row]))
                (row, column) = (row + 1, column + 1)
            } else if column == actual.count
                || (row < expected.count && length[row + 1][column] >= length[row][column + 1])
            {
                lines.append(.onlyExpected(expected[row]))
                row += 1
            } else {
                lines.append(.onlyActual(actual[column]))
                column += 1
            }
        }
        self.lines = lines
    }

    /// Whether every expected item is there, in this order.
    var hasAllExpected: Bool {
        !lines.contains { if case .onlyExpected = $0 { true } else { false } }
    }

    /// `  step`, `- step` for what is missing, and `+ step` (or with another mark) for what is there beside it.
    func text(extra: String) -> [String] {
        lines.map { line in
            switch line {
            case .both(let item): "  \(item)"
            case .onlyExpected(let item): "- \(item)"
            case .onlyActual(let item): "\(extra) \(item)"
            }
        }
    }
}
