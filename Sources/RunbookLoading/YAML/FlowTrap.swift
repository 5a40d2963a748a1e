import Diagnostics

/// Finds unquoted text with brackets between braces or brackets, such as a `${{ … }}` or `list[0]`: YAML ends the text at
/// the first of them.
enum FlowTrap {
    /// The trap on these lines (numbered from 1), of which the first begins outside quotes and brackets.
    static func find(in file: SourceFile, lines: ClosedRange<Int>) -> Diagnostic? {
        let first = file.lineRange(lines.lowerBound).lowerBound
        let last = file.lineRange(min(lines.upperBound, file.lineCount)).upperBound
        var scan = Scan(bytes: file.bytes[first..<last])
        guard let range = scan.run() else { return nil }
        let span = Span(file: file, range: range)
        return .unquotedBrackets(span, quoted: YAMLTrap.quotedForFlow(span.text))
    }

    private struct Scan {
        let bytes: ArraySlice<UInt8>
        private var depth = 0
        private var quote: UInt8?
        /// Open parentheses of the item, in which a comma separates arguments.
        private var parentheses = 0
        /// Where the present item of the list or map begins.
        private var itemStart: Int

        init(bytes: ArraySlice<UInt8>) {
            self.bytes = bytes
            itemStart = bytes.startIndex
        }

        /// The first item in which a bracket follows other text.
        mutating func run() -> Range<Int>? {
            for index in bytes.indices {
                let start = itemStart(before: index)
                let opens = bytes[index] == UInt8(ascii: "[") || bytes[index] == UInt8(ascii: "{")
                if opens, depth > 0, quote == nil, start < index, !isQuoted(start) {
                    return start..<end(from: start)
                }
                step(at: index)
            }
            return nil
        }

        private mutating func step(at index: Int) {
            let byte = bytes[index]
            if let open = quote {
                if byte == open { quote = nil }
                return
            }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if itemStart(before: index) == index { quote = byte }
            case UInt8(ascii: "("): parentheses += 1
            case UInt8(ascii: ")"): parentheses = max(0, parentheses - 1)
            case UInt8(ascii: ",") where parentheses > 0: break
            case UInt8(ascii: "["), UInt8(ascii: "{"): (depth, itemStart) = (depth + 1, index + 1)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): (depth, itemStart) = (depth - 1, index + 1)
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\n"): (itemStart, parentheses) = (index + 1, 0)
            default: break
            }
        }

        /// The start of the item without the spaces before it.
        private func itemStart(before index: Int) -> Int {
            var start = itemStart
            while start < index, bytes[start] == UInt8(ascii: " ") { start += 1 }
            return start
        }

        private func isQuoted(_ start: Int) -> Bool {
            bytes[start] == UInt8(ascii: "\"") || bytes[start] == UInt8(ascii: "'")
        }

        /// Where the item ends: at a comma or closing bracket outside brackets of its own, or at the end of the line.
        private func end(from start: Int) -> Int {
            var open = 0
            var index = start
            while index < bytes.endIndex, bytes[index] != UInt8(ascii: "\n") {
                switch bytes[index] {
                case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "("): open += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ")"):
                    if open == 0 { return index }
                    open -= 1
                case UInt8(ascii: ","): if open == 0 { return index }
                default: break
                }
                index += 1
            }
            return index
        }
    }
}
