import Diagnostics

/// Finds where in a file each byte of a scalar's text stands, so that an error inside an expression is underlined at its
/// own column, whatever the quoting.
struct ScalarMap {
    /// For every byte of the text its offset in the file.
    private let offsets: [Int]

    /// The map of a scalar with this text in this range; nil where the reading here does not give the same text.
    init?(text: String, style: SyntaxNode.Scalar.Style, range: Range<Int>, in bytes: [UInt8]) {
        let text = Array(text.utf8)
        if bytes[range].elementsEqual(text) {
            offsets = Array(range)
            return
        }
        switch style {
        case .plain, .singleQuoted, .doubleQuoted:
            let margin = style == .plain ? 0 : 1
            guard range.count >= 2 * margin else { return nil }
            var scan = FlowScan(bytes: bytes, style: style)
            scan.run(range.lowerBound + margin..<range.upperBound - margin)
            guard scan.text == text else { return nil }
            offsets = scan.offsets
        case .literal, .folded:
            guard let found = BlockScan(text: text, range: range, bytes: bytes).offsets() else { return nil }
            offsets = found
        }
    }

    /// The place of a range of the text, in UTF-8 offsets.
    func range(of part: Range<Int>) -> Range<Int>? {
        guard let last = offsets.last, part.lowerBound <= offsets.count else { return nil }
        let start = part.lowerBound < offsets.count ? offsets[part.lowerBound] : last + 1
        let end = part.isEmpty ? start : offsets[min(part.upperBound, offsets.count) - 1] + 1
        return start..<max(start, end)
    }
}

extension SyntaxNode {
    /// The place of a part of a scalar's text, given in UTF-8 offsets; the whole scalar where it cannot be told.
    func span(ofText part: Range<Int>) -> Span {
        guard let scalar,
            let map = ScalarMap(text: scalar.text, style: scalar.style, range: span.range, in: span.file.bytes),
            let range = map.range(of: part)
        else { return span }
        return Span(file: span.file, range: range)
    }
}

/// Reads plain and quoted scalars again: folded lines, doubled quotes, escapes (YAML 1.2.2 section 7.3).
private struct FlowScan {
    let bytes: [UInt8]
    let style: SyntaxNode.Scalar.Style
    private(set) var text: [UInt8] = []
    private(set) var offsets: [Int] = []

    init(bytes: [UInt8], style: SyntaxNode.Scalar.Style) {
        self.bytes = bytes
        self.style = style
    }

    mutating func run(_ range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index = space(index, range.upperBound)
            case UInt8(ascii: "'") where style == .singleQuoted:
                emit(UInt8(ascii: "'"), at: index)
                index += 2
            case UInt8(ascii: "\\") where style == .doubleQuoted: index = escape(index, range.upperBound)
            default:
                emit(bytes[index], at: index)
                index += 1
            }
        }
    }

    private mutating func emit(_ byte: UInt8, at offset: Int) {
        text.append(byte)
        offsets.append(offset)
    }

    /// A run of white space: kept within a line, folded where it holds line breaks.
    private mutating func space(_ start: Int, _ limit: Int) -> Int {
        var end = start
        while end < limit, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[end]) { end += 1 }
        let breaks = bytes[start..<end].count { $0 == 0x0A }
        if breaks == 0 {
            for index in start..<end { emit(bytes[index], at: index) }
        } else if breaks == 1 {
            emit(0x20, at: start)
        } else {
            for _ in 1..<breaks { emit(0x0A, at: start) }
        }
        return end
    }

    private mutating func escape(_ start: Int, _ limit: Int) -> Int {
        guard start + 1 < limit else { return limit }
        let letter = bytes[start + 1]
        if letter == 0x0A || letter == 0x0D { return lineJoin(start + 1, limit) }
        let width = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8][letter] ?? 0
        let end = min(start + 2 + width, limit)
        if width > 0 {
            let digits = String(decoding: bytes[start + 2..<end], as: UTF8.self)
            let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) ?? "?"
            for byte in String(scalar).utf8 { emit(byte, at: start) }
        } else {
            for byte in Self.meaning(of: letter).utf8 { emit(byte, at: start) }
        }
        return end
    }

    /// An escaped line break joins two lines; further breaks after it are kept.
    private mutating func lineJoin(_ start: Int, _ limit: Int) -> Int {
        var end = start
        while end < limit, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[end]) { end += 1 }
        for _ in 0..<max(0, bytes[start..<end].count { $0 == 0x0A } - 1) { emit(0x0A, at: start) }
        return end
    }

    private static func meaning(of letter: UInt8) -> String {
        switch Unicode.Scalar(letter) {
        case "0": "\0"
        case "a": "\u{7}"
        case "b": "\u{8}"
        case "t", "\t": "\t"
        case "n": "\n"
        case "v": "\u{B}"
        case "f": "\u{C}"
        case "r": "\r"
        case "e": "\u{1B}"
        case "N": "\u{85}"
        case "_": "\u{A0}"
        case "L": "\u{2028}"
        case "P": "\u{2029}"
        case let other: String(other)
        }
    }
}

/// Finds the lines of a block scalar in its text: what is folded or chomped between them is only line breaks and single
/// spaces (YAML 1.2.2 section 8.1).
private struct BlockScan {
    let text: [UInt8]
    let range: Range<Int>
    let bytes: [UInt8]

    func offsets() -> [Int]? {
        var offsets: [Int] = []
        var indent: Int?
        for line in contentLines() {
            guard let first = line.first(where: { bytes[$0] != 0x20 }) else { continue }
            if indent == nil { indent = first - line.lowerBound - leadingSpaces }
            guard let width = indent, width >= 0, line.lowerBound + width <= first else { return nil }
            let content = line.lowerBound + width..<line.upperBound
            while offsets.count < text.count, isJoiner(text[offsets.count], before: bytes[content.lowerBound]) {
                offsets.append(max(range.lowerBound, line.lowerBound - 1))
            }
            guard text[offsets.count...].starts(with: bytes[content]) else { return nil }
            offsets.append(contentsOf: content)
        }
        let rest = text[offsets.count...]
        guard rest.allSatisfy({ $0 == 0x0A || $0 == 0x20 }) else { return nil }
        return offsets + rest.map { _ in range.upperBound }
    }

    private func isJoiner(_ byte: UInt8, before next: UInt8) -> Bool {
        byte == 0x0A || (byte == 0x20 && next != 0x20)
    }

    /// How far the first line of the text is indented beyond the block.
    private var leadingSpaces: Int {
        text.drop { $0 == 0x0A }.prefix { $0 == 0x20 }.count
    }

    /// The lines after the header (`|`, `>` and what follows it), without their breaks.
    private func contentLines() -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = range.lowerBound
        for index in range where bytes[index] == 0x0A {
            lines.append(start..<(index > start && bytes[index - 1] == 0x0D ? index - 1 : index))
            start = index + 1
        }
        lines.append(start..<range.upperBound)
        return Array(lines.dropFirst())
    }
}
