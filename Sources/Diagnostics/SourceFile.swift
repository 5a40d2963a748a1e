/// The text of one file as it was read, with an index of its lines.
///
/// Offsets are UTF-8 byte offsets from the start of the file; lines and columns start at 1. Any bytes are accepted, so
/// that a file that is not UTF-8 can still be shown in a diagnostic.
package final class SourceFile: Sendable {
    /// How the file is called in messages: its path as the user wrote it, or a name such as `<input>`.
    package let name: String
    /// The bytes of the file, a byte order mark included.
    package let bytes: [UInt8]
    /// The offset of the first byte of every line.
    private let lineStarts: [Int]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        self.lineStarts = Self.lineStarts(of: bytes)
    }

    package convenience init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }

    /// A place in a file as people count: both numbers start at 1, the column in Unicode scalars (a tab is one).
    package struct Position: Hashable, Sendable {
        package let line: Int
        package let column: Int
    }

    package var lineCount: Int { lineStarts.count }

    /// The line and column of a byte offset; an offset beyond the end is taken as the end.
    package func position(at offset: Int) -> Position {
        let offset = min(max(offset, 0), bytes.count)
        let line = lineIndex(of: offset)
        return Position(line: line + 1, column: scalarCount(in: lineStarts[line]..<offset) + 1)
    }

    /// The bytes of a line (numbered from 1) without its line break.
    package func lineRange(_ line: Int) -> Range<Int> {
        let start = lineStarts[line - 1]
        var end = line < lineStarts.count ? lineStarts[line] : bytes.count
        while end > start, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return start..<end
    }

    /// The text between two offsets; bytes that are not UTF-8 become replacement characters.
    package func text(in range: Range<Int>) -> String {
        String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }

    /// The range of the whole file as a span.
    package var wholeSpan: Span { Span(file: self, range: 0..<bytes.count) }

    private func lineIndex(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    private func scalarCount(in range: Range<Int>) -> Int {
        bytes[range].reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    }

    private static func lineStarts(of bytes: [UInt8]) -> [Int] {
        var starts = [0]
        for index in bytes.indices {
            let byte = bytes[index]
            let isLoneReturn =
                byte == UInt8(ascii: "\r") && (index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "\n"))
            if byte == UInt8(ascii: "\n") || isLoneReturn { starts.append(index + 1) }
        }
        return starts
    }
}

extension SourceFile: Hashable {
    package static func == (left: SourceFile, right: SourceFile) -> Bool {
        left === right || (left.name == right.name && left.bytes == right.bytes)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(bytes.count)
    }
}
