import Diagnostics

/// What a terminal shows: the part of a VT100 that Belay uses. Anything else that it is sent is kept as a complaint.
package struct ScreenModel: Sendable {
    package private(set) var columns: Int
    package private(set) var rows: Int
    /// Lines that have left the screen at its top, the oldest first.
    package private(set) var history: [String] = []
    /// Sequences that this terminal does not know; a title that somebody sets, say.
    package private(set) var complaints: [String] = []
    private var cells: [[String]]
    private var row = 0
    private var column = 0
    /// Bytes of a character or sequence that is not complete.
    private var pending: [UInt8] = []

    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        cells = Array(repeating: [], count: rows)
    }

    /// The lines on the screen, without spaces at their ends.
    package var lines: [String] { cells.map(Self.line) }

    /// The screen as one text, without empty lines at its end.
    package var text: String {
        var lines = lines
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    private static func line(_ cells: [String]) -> String {
        var text = cells.joined()
        while text.last == " " { text.removeLast() }
        return text
    }

    // MARK: Bytes

    package mutating func feed(_ bytes: some Sequence<UInt8>) {
        pending += bytes
        var rest = pending[...]
        while let first = rest.first {
            if first == 0x1B {
                guard let after = sequence(rest) else { break }
                rest = after
            } else if first < 0x20 || first == 0x7F {
                control(first)
                rest.removeFirst()
            } else {
                guard let length = Self.length(first), rest.count >= length else { break }
                put(String(decoding: rest.prefix(length), as: UTF8.self))
                rest = rest.dropFirst(length)
            }
        }
        pending = Array(rest)
    }

    private static func length(_ first: UInt8) -> Int? {
        switch first {
        case 0xC0..<0xE0: 2
        case 0xE0..<0xF0: 3
        case 0xF0...0xF7: 4
        default: 1
        }
    }

    private mutating func control(_ byte: UInt8) {
        switch byte {
        case 0x0A: lineFeed()
        case 0x0D: column = 0
        case 0x08: column = max(0, column - 1)
        default: complaints.append("control \(byte)")
        }
    }

    /// What follows upon an escape sequence; nil where it is not complete.
    private mutating func sequence(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard bytes.count >= 2 else { return nil }
        guard bytes[bytes.startIndex + 1] == UInt8(ascii: "[") else {
            complaints.append("escape \(bytes[bytes.startIndex + 1])")
            return bytes.dropFirst(2)
        }
        guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else { return nil }
        let parameters = String(decoding: bytes[(bytes.startIndex + 2)..<end], as: UTF8.self)
        perform(Character(Unicode.Scalar(bytes[end])), parameters)
        return bytes[(end + 1)...]
    }

    private mutating func perform(_ command: Character, _ parameters: String) {
        let number = Int(parameters)
        switch command {
        case "m" where parameters.allSatisfy { $0.isNumber || $0 == ";" }: break
        case "A" where number != nil: row = max(0, row - (number ?? 1))
        case "B" where number != nil: row = min(rows - 1, row + (number ?? 1))
        case "K" where parameters.isEmpty: cells[row] = Array(cells[row].prefix(column))
        case "J" where parameters.isEmpty:
            cells[row] = Array(cells[row].prefix(column))
            for below in cells.indices where below > row { cells[below] = [] }
        default: complaints.append("sequence [\(parameters)\(command)")
        }
    }

    // MARK: Cells

    private mutating func put(_ character: String) {
        let width = character.unicodeScalars.reduce(0) { $0 + DisplayText.width(of: $1) }
        guard width > 0 else {
            if column > 0, column <= cells[row].count { cells[row][column - 1] += character }
            return
        }
        if column + width > columns {
            column = 0
            lineFeed()
        }
        while cells[row].count < column + width { cells[row].append(" ") }
        cells[row][column] = character
        if width == 2 { cells[row][column + 1] = "" }
        column += width
    }

    private mutating func lineFeed() {
        guard row == rows - 1 else {
            row += 1
            return
        }
        history.append(Self.line(cells.removeFirst()))
        cells.append([])
    }

    /// As a terminal that does not lay its lines out anew: what does not fit leaves it at the top, or is cut off.
    package mutating func resize(columns: Int, rows: Int) {
        while cells.count > rows {
            if cells.last?.isEmpty == true, row < cells.count - 1 {
                cells.removeLast()
            } else {
                history.append(Self.line(cells.removeFirst()))
                row = max(0, row - 1)
            }
        }
        while cells.count < rows { cells.append([]) }
        cells = cells.map { Array($0.prefix(columns)) }
        self.columns = columns
        self.rows = rows
        row = min(row, rows - 1)
        column = min(column, columns - 1)
    }
}
