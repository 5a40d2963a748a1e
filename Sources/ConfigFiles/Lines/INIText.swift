import Expressions
import RunbookModel

/// An INI file: `data` has the keys before the first section, and a mapping for each section; all values are texts.
///
/// What follows the delimiter is the value, as in Python's configparser and systemd: comments stand on lines of their
/// own. A line that is indented deeper than its key continues it.
struct INIText: LineText {
    private let bytes: [UInt8]
    private var entries: [Entry] = []
    private var sections: [Section] = []
    let data: Value
    var written: Value { data }

    private struct Entry: Sendable {
        /// Empty before the first section.
        let section: String?
        let name: String
        let margin: String
        /// Between key and value, with the blanks around; empty for a key without a value.
        let delimiter: String
        /// Without quotes; nil for a key without a value.
        var value: String?
        let quote: String
        /// Of the value with its quotes.
        var valueRange: Range<Int>
        /// Of all its lines, with the last line break.
        var lines: Range<Int>
    }

    private struct Section: Sendable {
        let name: String
        let header: Range<Int>
    }

    init(_ text: [UInt8]) throws(ConfigProblem) {
        bytes = text
        var reader = Reader(text)
        try reader.read()
        entries = reader.entries
        sections = reader.sections
        data = Self.data(entries, sections)
    }

    private static func data(_ entries: [Entry], _ sections: [Section]) -> Value {
        var result = ValueMap()
        for section in sections where result[section.name] == nil { result[section.name] = .map(ValueMap()) }
        for entry in entries {
            let value: Value = entry.value.map { .string($0) } ?? .null
            guard let section = entry.section else {
                result[entry.name] = value
                continue
            }
            var map = result[section]?.asMap ?? ValueMap()
            map[entry.name] = value
            result[section] = .map(map)
        }
        return .map(result)
    }

    func scalarText(at path: PathSteps) -> String? { entry(path)?.value }

    static func normalised(_ value: Value, at path: PathSteps) throws(ConfigProblem) -> Value {
        switch value {
        case .null: return .null
        case .map(let map) where path.count < 2:
            var entries: [(String, Value)] = []
            for (key, value) in map {
                guard let name = key.asString else { continue }
                entries.append((name, try normalised(value, at: path + [.key(name)])))
            }
            return .map(ValueMap(entries))
        case .list, .map:
            throw ConfigProblem("\(path.words): an INI file has sections, keys and texts, and nothing deeper")
        default:
            let text = try value.plainData(at: path).plainText
            guard !text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 }) else {
                throw ConfigProblem("\(path.words): a value in an INI file has one line")
            }
            return .string(text)
        }
    }

    // MARK: - Candidates

    func patched(_ edit: ConfigEdit) throws(ConfigProblem) -> [UInt8]? {
        switch edit {
        case .append: throw ConfigProblem("an INI file has no lists")
        case .insert(let path, let key, let value): return try inserted(path, key, value)
        case .replace(let path, let value):
            if let entry = entry(path) { return replaced(entry, value)?.applied(to: bytes) }
            // A section, or the whole of an empty file.
            guard let map = value.asMap else { throw ConfigProblem("\(path.words) is a section, not a text") }
            return try rebuilt(path, map)
        case .rename(let path, let name):
            guard let entry = entry(path) else { return renamedSection(path, name) }
            try Self.check(key: name)
            let end = nameEnd(of: entry)
            return Patch(end - entry.name.utf8.count..<end, name).applied(to: bytes)
        case .remove(let path):
            if let entry = entry(path) { return Patch(entry.lines, "").applied(to: bytes) }
            return removedSection(path)
        }
    }

    private func entry(_ path: PathSteps) -> Entry? {
        switch (path.first, path.last, path.count) {
        case (_, .key(let name)?, 1): entries.last { $0.section == nil && $0.name == name }
        case (.key(let section)?, .key(let name)?, 2): entries.last { $0.section == section && $0.name == name }
        default: nil
        }
    }

    private func replaced(_ entry: Entry, _ value: Value) -> Patch? {
        guard let text = value.asString else {
            return value.isNull ? Patch(nameEnd(of: entry)..<entry.valueRange.upperBound, "") : nil
        }
        let quoted = entry.quote + text + entry.quote
        let delimiter = entry.delimiter.isEmpty ? manner.delimiter : ""
        let blank =
            !entry.delimiter.isEmpty && entry.valueRange.isEmpty && entry.delimiter.last != " "
            && manner.delimiter.last == " "
        return Patch(entry.valueRange, delimiter + (blank ? " " : "") + quoted)
    }

    private func nameEnd(of entry: Entry) -> Int { entry.valueRange.lowerBound - entry.delimiter.utf8.count }

    /// How keys are written here.
    private var manner: (margin: String, delimiter: String) {
        let known = entries.first { !$0.delimiter.isEmpty && $0.value != "" }
        return (known?.margin ?? "", known?.delimiter ?? " = ")
    }

    private func inserted(_ path: PathSteps, _ key: String, _ value: Value) throws(ConfigProblem) -> [UInt8]? {
        if let map = value.asMap {
            guard path.isEmpty else { return nil }
            return try withSection(key, map)
        }
        try Self.check(key: key)
        guard case .key(let section)? = path.first else { return withTopKey(key, value) }
        let last = entries.last { $0.section == section }
        guard let place = last?.lines.upperBound ?? sections.last(where: { $0.name == section })?.header.upperBound
        else {
            return nil
        }
        let line = line(key, value, like: last)
        return inserted(line, at: place)
    }

    private func withTopKey(_ key: String, _ value: Value) -> [UInt8] {
        let last = entries.last { $0.section == nil }
        let place = last?.lines.upperBound ?? (sections.isEmpty ? bytes.count : 0)
        return inserted(line(key, value, like: last), at: place)
    }

    private func line(_ key: String, _ value: Value, like other: Entry?) -> String {
        let margin = other?.margin ?? manner.margin
        let delimiter =
            other.flatMap { $0.delimiter.isEmpty || $0.value == "" ? nil : $0.delimiter } ?? manner.delimiter
        return margin + key + (value.asString.map { delimiter + $0 } ?? "")
    }

    private func inserted(_ line: String, at place: Int) -> [UInt8] {
        let end = bytes.lineBreak
        let isOpen = place > 0 && bytes[place - 1] != UInt8(ascii: "\n")
        return Patch(place..<place, isOpen ? end + line : line + end).applied(to: bytes)
    }

    private func withSection(_ name: String, _ map: ValueMap) throws(ConfigProblem) -> [UInt8] {
        guard !name.isEmpty, !name.contains(where: { $0 == "]" || $0.isNewline }) else {
            throw ConfigProblem("'\(name)' cannot be the name of a section")
        }
        let end = bytes.lineBreak
        var lines = ["[\(name)]"]
        for (key, value) in map {
            try Self.check(key: key.asString ?? "")
            lines.append(line(key.asString ?? "", value, like: nil))
        }
        let isOpen = !bytes.isEmpty && bytes.last != UInt8(ascii: "\n")
        return bytes
            + Array(((isOpen ? end : "") + (bytes.isEmpty ? "" : end) + lines.joined(separator: end) + end).utf8)
    }

    private func rebuilt(_ path: PathSteps, _ map: ValueMap) throws(ConfigProblem) -> [UInt8]? {
        var text = self
        var edits: [ConfigEdit] = []
        if case .key(let name)? = path.first {
            let old = data.at(path)?.asMap ?? ValueMap()
            edits = old.keys.compactMap(\.asString).map { .remove(path + [.key($0)]) }
            edits += map.map { .insert([.key(name)], key: $0.key.asString ?? "", $0.value) }
        } else {
            edits = map.map { .insert([], key: $0.key.asString ?? "", $0.value) }
        }
        for edit in edits {
            guard let next = try text.patched(edit) else { return nil }
            text = try INIText(next)
        }
        return text.bytes
    }

    private func renamedSection(_ path: PathSteps, _ name: String) -> [UInt8]? {
        guard path.count == 1, case .key(let old)? = path.first else { return nil }
        var result = bytes
        for section in sections.reversed() where section.name == old {
            let header = bytes.text(section.header).replacing("[\(old)]", with: "[\(name)]")
            result = Patch(section.header, header).applied(to: result)
        }
        return result
    }

    private func removedSection(_ path: PathSteps) -> [UInt8]? {
        guard path.count == 1, case .key(let name)? = path.first else { return nil }
        var result = bytes
        for (index, section) in sections.enumerated().reversed() where section.name == name {
            let next = index + 1 < sections.count ? sections[index + 1].header.lowerBound : bytes.count
            let last = entries.last { $0.lines.lowerBound >= section.header.upperBound && $0.lines.upperBound <= next }
            result = Patch(section.header.lowerBound..<(last?.lines.upperBound ?? section.header.upperBound), "")
                .applied(to: result)
        }
        return result
    }

    private static func check(key: String) throws(ConfigProblem) {
        let isBad =
            key.isEmpty || key.contains { "=:[]\n\r".contains($0) } || key.first.map { "#; \t".contains($0) } == true
            || key.last == " "
        if isBad { throw ConfigProblem("'\(key)' cannot be a key of an INI file") }
    }

    // MARK: - Reading

    private struct Reader {
        let text: [UInt8]
        var entries: [Entry] = []
        var sections: [Section] = []

        init(_ text: [UInt8]) { self.text = text }

        mutating func read() throws(ConfigProblem) {
            var offset = 0
            while offset < text.count {
                let next = text.nextLine(offset)
                try line(offset..<text.lineEnd(offset), next: next)
                offset = next
            }
        }

        private mutating func line(_ range: Range<Int>, next: Int) throws(ConfigProblem) {
            let margin = text[range].prefix { $0 == 0x20 || $0 == 0x09 }
            let start = range.lowerBound + margin.count
            var end = range.upperBound
            while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
            guard start < end, text[start] != UInt8(ascii: "#"), text[start] != UInt8(ascii: ";") else { return }
            if isContinuation(margin.count) {
                entries[entries.count - 1].lines = entries[entries.count - 1].lines.lowerBound..<next
                entries[entries.count - 1].value =
                    (entries[entries.count - 1].value ?? "") + "\n" + text.text(start..<end)
                let begin = entries[entries.count - 1].valueRange.lowerBound
                entries[entries.count - 1].valueRange = begin..<end
            } else if text[start] == UInt8(ascii: "[") {
                guard text[end - 1] == UInt8(ascii: "]") else {
                    throw ConfigProblem("not INI: ']' is missing", line: text.lineNumber(start))
                }
                sections.append(
                    Section(name: text.text(start + 1..<end - 1), header: range.lowerBound..<next))
            } else {
                try entry(start..<end, margin: text.text(range.lowerBound..<start), lines: range.lowerBound..<next)
            }
        }

        /// The line before belongs to a key that is indented less, in the same section.
        private func isContinuation(_ margin: Int) -> Bool {
            guard let last = entries.last, last.value != nil, margin > last.margin.utf8.count else { return false }
            return sections.last.map { $0.header.lowerBound < last.lines.lowerBound } ?? true
        }

        private mutating func entry(_ range: Range<Int>, margin: String, lines: Range<Int>) throws(ConfigProblem) {
            let mark = text[range].firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }
            var nameEnd = mark ?? range.upperBound
            while nameEnd > range.lowerBound, text[nameEnd - 1] == 0x20 || text[nameEnd - 1] == 0x09 { nameEnd -= 1 }
            var begin = mark.map { $0 + 1 } ?? range.upperBound
            while begin < range.upperBound, text[begin] == 0x20 || text[begin] == 0x09 { begin += 1 }
            let name = text.text(range.lowerBound..<nameEnd)
            guard !name.isEmpty else {
                throw ConfigProblem("not INI: a key is missing", line: text.lineNumber(range.lowerBound))
            }
            let section = sections.last?.name
            guard !entries.contains(where: { $0.section == section && $0.name == name }),
                section != nil || !sections.contains(where: { $0.name == name })
            else { throw ConfigProblem("the key '\(name)' is there twice", line: text.lineNumber(range.lowerBound)) }
            let valueRange = begin..<range.upperBound
            let raw = text.text(valueRange)
            let quote = ["\"", "'"].first { raw.utf8.count >= 2 && raw.hasPrefix($0) && raw.hasSuffix($0) } ?? ""
            entries.append(
                Entry(
                    section: section, name: name, margin: margin,
                    delimiter: mark == nil ? "" : text.text(nameEnd..<begin),
                    value: mark == nil ? nil : String(raw.dropFirst(quote.count).dropLast(quote.count)), quote: quote,
                    valueRange: valueRange, lines: lines))
        }
    }
}
