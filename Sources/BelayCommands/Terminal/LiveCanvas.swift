import RunReport

/// Lines that stand at the bottom of a terminal and are written over: works out what to send, and sends nothing itself.
///
/// It uses cursor movements and erasures only, so that nothing needs to be taken back however the process ends. The cursor
/// rests in the first column below the lines.
struct LiveCanvas {
    private var lines: [String] = []
    private var columns = 0
    private var rows = 0

    /// What to write so that these lines stand there: only lines that differ are sent.
    ///
    /// `columns` and `rows` are those of the terminal: in another size nothing stands where it stood.
    mutating func transition(to new: [String], columns: Int, rows: Int) -> String {
        defer { (lines, self.columns, self.rows) = (new, columns, rows) }
        guard columns == self.columns, rows == self.rows, !lines.isEmpty else {
            return erasure(columns) + new.map { $0 + "\r\n" }.joined()
        }
        var text = ""
        var row = lines.count
        for (index, line) in new.enumerated() where index >= lines.count || lines[index] != line {
            text += Self.move(from: row, to: index) + line + "\u{1B}[K\r\n"
            row = index + 1
        }
        if new.count < lines.count { return text + Self.move(from: row, to: new.count) + "\u{1B}[J" }
        return text.isEmpty ? "" : text + Self.move(from: row, to: new.count)
    }

    /// What to write so that nothing of the lines is left.
    mutating func clearing(columns: Int) -> String {
        defer { lines = [] }
        return erasure(columns)
    }

    /// Somebody else has written to the terminal: what stands there stays.
    mutating func forget() { lines = [] }

    /// To the first line, and everything below it away; a terminal made narrower has broken the lines, and in a lower one
    /// the way up ends at its top.
    private func erasure(_ columns: Int) -> String {
        let width = max(1, columns)
        let rows = lines.reduce(0) { $0 + max(1, (TextStyle.columns(of: $1) + width - 1) / width) }
        return rows == 0 ? "" : "\u{1B}[\(rows)A\r\u{1B}[J"
    }

    private static func move(from row: Int, to target: Int) -> String {
        if target == row { return "" }
        return target < row ? "\u{1B}[\(row - target)A\r" : "\u{1B}[\(target - row)B\r"
    }
}
