import Expressions
import RunbookModel

/// A file of variables (`.env`): one mapping of names to texts, as shells and their imitators read it.
struct EnvText: LineText {
    private let bytes: [UInt8]
    private let entries: [Entry]
    let data: Value
    var written: Value { data }

    private struct Entry: Sendable {
        let name: String
        let nameRange: Range<Int>
        let isExported: Bool
        let value: String
        let quote: Quote
        /// Of the value with its quotes.
        let valueRange: Range<Int>
        /// Of all its lines, with the last line break.
        let lines: Range<Int>
    }

    private enum Quote: Sendable { case none, single, double }

    init(_ text: [UInt8]) throws(ConfigProblem) {
        bytes = text
        var reader = Reader(text)
        entries = try reader.read()
        data = .map(ValueMap(entries.map { ($0.name, .string($0.value)) }))
    }

    func scalarText(at path: PathSteps) -> String? { entry(path)?.value }

    private func entry(_ path: PathSteps) -> Entry? {
        guard path.count == 1, case .key(let name) = path[0] else { return nil }
        return entries.first { $0.name == name }
    }

    static func normalised(_ value: Value, at path: PathSteps) throws(ConfigProblem) -> Value {
        switch value {
        case .map(let map) where path.isEmpty:
            var result: [(String, Value)] = []
            for (key, value) in map {
                guard let name = key.asString else { continue }
                result.append((name, try normalised(value, at: [.key(name)])))
            }
            return .map(ValueMap(result))
        case .list, .map, .null: throw ConfigProblem("\(path.words): a file of variables holds texts only")
        default:
            let text = try value.plainData(at: path).plainText
            guard !text.utf8.contains(0) else { throw ConfigProblem("\(path.words): a variable cannot hold a NUL") }
            return .string(text)
        }
    }

    // MARK: - Candidates

    func patched(_ edit: ConfigEdit) throws(ConfigProblem) -> [UInt8]? {
        switch edit {
        case .append: throw ConfigProblem("a file of variables has no lists")
        case .remove(let path): return entry(path).map { Patch($0.lines, "").applied(to: bytes) }
        case .rename(let path, let name):
            guard Self.isName(name) else { throw ConfigProblem("'\(name)' cannot be the name of a variable") }
            return entry(path).map { Patch($0.nameRange, name).applied(to: bytes) }
        case .insert(_, let key, let value): return try inserted(key, value.asString ?? "", into: bytes)
        case .replace(let path, let value):
            if let entry = entry(path), let text = value.asString {
                return Patch(entry.valueRange, Self.written(text, like: entry.quote)).applied(to: bytes)
            }
            guard path.isEmpty, let map = value.asMap else { return nil }
            var result = bytes
            for (key, value) in map { result = try inserted(key.asString ?? "", value.asString ?? "", into: result) }
            return result
        }
    }

    private func inserted(_ name: String, _ value: String, into text: [UInt8]) throws(ConfigProblem) -> [UInt8] {
        guard Self.isName(name) else { throw ConfigProblem("'\(name)' cannot be the name of a variable") }
        let end = bytes.lineBreak
        let isExported = !entries.isEmpty && entries.allSatisfy(\.isExported)
        let line = (isExported ? "export " : "") + name + "=" + Self.written(value, like: entries.last?.quote ?? .none)
        let isOpen = !text.isEmpty && text.last != UInt8(ascii: "\n")
        return text + Array((isOpen ? end + line : line + end).utf8)
    }

    private static func isName(_ name: String) -> Bool {
        name.utf8.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } == true
            && name.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789_.-".unicodeScalars.contains($0))
            }
    }

    /// The value in the quotes that were there, or in those that it needs.
    private static func written(_ text: String, like quote: Quote) -> String {
        switch quote {
        case .single where !text.contains("'"): return "'\(text)'"
        case .none where isBare(text): return text
        default: break
        }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\", "$", "`": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func isBare(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789_./:@%+,=-".unicodeScalars.contains($0))
        }
    }

    // MARK: - Reading

    private struct Reader {
        let text: [UInt8]
        private var offset = 0
        private var entries: [Entry] = []

        init(_ text: [UInt8]) { self.text = text }

        mutating func read() throws(ConfigProblem) -> [Entry] {
            while offset < text.count {
                let start = offset
                skipBlanks()
                if offset < text.lineEnd(start), text[offset] != UInt8(ascii: "#") {
                    try entry(from: start)
                } else {
                    offset = text.nextLine(start)
                }
            }
            return entries
        }

        private mutating func skipBlanks() {
            while offset < text.count, text[offset] == 0x20 || text[offset] == 0x09 { offset += 1 }
        }

        private func problem(_ message: String, _ offset: Int) -> ConfigProblem {
            ConfigProblem(message, line: text.lineNumber(offset))
        }

        private mutating func entry(from start: Int) throws(ConfigProblem) {
            var isExported = false
            if text[offset...].starts(with: "export ".utf8) {
                isExported = true
                offset += 7
                skipBlanks()
            }
            let nameStart = offset
            let end = text.lineEnd(start)
            guard let mark = text[nameStart..<end].firstIndex(of: UInt8(ascii: "=")) else {
                throw problem("expected NAME=value", start)
            }
            var nameEnd = mark
            while nameEnd > nameStart, text[nameEnd - 1] == 0x20 { nameEnd -= 1 }
            let name = text.text(nameStart..<nameEnd)
            guard EnvText.isName(name) else { throw problem("'\(name)' is not the name of a variable", start) }
            guard !entries.contains(where: { $0.name == name }) else {
                throw problem("the variable \(name) is there twice", start)
            }
            offset = mark + 1
            skipBlanks()
            let value = try value(end: end)
            entries.append(
                Entry(
                    name: name, nameRange: nameStart..<nameEnd, isExported: isExported, value: value.text,
                    quote: value.quote,
                    valueRange: value.range, lines: start..<text.nextLine(value.range.upperBound)))
            offset = text.nextLine(value.range.upperBound)
        }

        private func value(end: Int) throws(ConfigProblem) -> (text: String, quote: Quote, range: Range<Int>) {
            guard offset < end else { return ("", .none, min(offset, end)..<min(offset, end)) }
            switch text[offset] {
            case UInt8(ascii: "'"):
                guard let close = text[(offset + 1)...].firstIndex(of: UInt8(ascii: "'")) else {
                    throw problem("this quote is never closed", offset)
                }
                try nothingFollows(close + 1)
                return (text.text(offset + 1..<close), .single, offset..<close + 1)
            case UInt8(ascii: "\""): return try doubleQuoted()
            default:
                var stop = offset
                while stop < end, !isComment(stop) { stop += 1 }
                while stop > offset, text[stop - 1] == 0x20 || text[stop - 1] == 0x09 { stop -= 1 }
                return (text.text(offset..<stop), .none, offset..<stop)
            }
        }

        /// ` #` begins a comment.
        private func isComment(_ place: Int) -> Bool {
            text[place] == UInt8(ascii: "#") && (text[place - 1] == 0x20 || text[place - 1] == 0x09)
        }

        private func doubleQuoted() throws(ConfigProblem) -> (text: String, quote: Quote, range: Range<Int>) {
            var result: [UInt8] = []
            var place = offset + 1
            while place < text.count, text[place] != UInt8(ascii: "\"") {
                if text[place] == UInt8(ascii: "\\"), place + 1 < text.count {
                    place += 1
                    switch text[place] {
                    case UInt8(ascii: "n"): result.append(0x0A)
                    case UInt8(ascii: "r"): result.append(0x0D)
                    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"), UInt8(ascii: "`"):
                        result.append(text[place])
                    default: result += [UInt8(ascii: "\\"), text[place]]
                    }
                } else {
                    result.append(text[place])
                }
                place += 1
            }
            guard place < text.count else { throw problem("this quote is never closed", offset) }
            try nothingFollows(place + 1)
            return (String(decoding: result, as: UTF8.self), .double, offset..<place + 1)
        }

        /// After a quoted value only a comment may stand.
        private func nothingFollows(_ place: Int) throws(ConfigProblem) {
            let rest = text[place..<text.lineEnd(place)].drop { $0 == 0x20 || $0 == 0x09 }
            guard rest.isEmpty || rest.first == UInt8(ascii: "#") else {
                throw problem("there is text after the closing quote", place)
            }
        }
    }
}
