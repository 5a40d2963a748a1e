import Diagnostics

/// Finds a `${{ … }}` without quotes between braces or brackets, where YAML reads its braces as a map.
enum TemplateTrap {
    /// The trap on these lines (numbered from 1), of which the first begins outside quotes and brackets.
    static func find(in file: SourceFile, lines: ClosedRange<Int>) -> Diagnostic? {
        let first = file.lineRange(lines.lowerBound).lowerBound
        let last = file.lineRange(min(lines.upperBound, file.lineCount)).upperBound
        var scan = Scan(bytes: file.bytes[first..<last])
        guard let range = scan.templateInFlow() else { return nil }
        let span = Span(file: file, range: range)
        return .unquotedTemplate(span, quoted: "\"\(span.text.replacing("\"", with: "'"))\"")
    }

    private struct Scan {
        let bytes: ArraySlice<UInt8>
        private var depth = 0
        private var quote: UInt8?
        /// Where the present item of the list or map begins.
        private var itemStart: Int

        init(bytes: ArraySlice<UInt8>) {
            self.bytes = bytes
            itemStart = bytes.startIndex
        }

        mutating func templateInFlow() -> Range<Int>? {
            var index = bytes.startIndex
            while index < bytes.endIndex {
                if depth > 0, quote == nil, bytes[index...].starts(with: "${{".utf8) {
                    return trimmedStart(itemStart..<index).lowerBound..<end(from: index)
                }
                step(at: index)
                index += 1
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
                if trimmedStart(itemStart..<index).isEmpty { quote = byte }
            case UInt8(ascii: "["), UInt8(ascii: "{"): (depth, itemStart) = (depth + 1, index + 1)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): (depth, itemStart) = (depth - 1, index + 1)
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\n"): itemStart = index + 1
            default: break
            }
        }

        private func trimmedStart(_ range: Range<Int>) -> Range<Int> {
            var start = range.lowerBound
            while start < range.upperBound, bytes[start] == UInt8(ascii: " ") { start += 1 }
            return start..<range.upperBound
        }

        /// Where the item ends: at a comma, bracket or line end outside `${{ … }}`.
        private func end(from start: Int) -> Int {
            var index = start
            var isInside = false
            while index < bytes.endIndex, bytes[index] != UInt8(ascii: "\n") {
                if isInside, bytes[index...].starts(with: "}}".utf8) {
                    isInside = false
                    index += 2
                } else if !isInside, bytes[index...].starts(with: "${{".utf8) {
                    isInside = true
                    index += 3
                } else if !isInside, ",]}".utf8.contains(bytes[index]) {
                    return index
                } else {
                    index += 1
                }
            }
            return index
        }
    }
}
