import Expressions
import RunbookModel

/// A JSON file: order, indentation and the writing of numbers survive.
struct JSONConfigText: EditableText {
    private let bytes: [UInt8]
    private let root: JSONNode?
    private let unit: String
    let data: Value
    var written: Value { data }

    init(_ text: [UInt8]) throws(ConfigProblem) {
        bytes = text
        unit = Self.unit(of: text)
        guard text.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            root = nil
            data = .null
            return
        }
        do {
            data = try JSONText.parse(text)
            var reader = JSONTreeReader(text)
            root = try reader.read()
        } catch {
            let isComment =
                error.offset < text.count && [UInt8(ascii: "/"), UInt8(ascii: "#")].contains(text[error.offset])
            let note = isComment ? "; JSON has no comments" : ""
            throw ConfigProblem("not JSON: \(error.message)\(note)", line: text.lineNumber(error.offset))
        }
    }

    /// The indentation of the first line that has one.
    private static func unit(of text: [UInt8]) -> String {
        for line in text.split(separator: UInt8(ascii: "\n")).dropFirst() {
            let margin = line.prefix { $0 == 0x20 || $0 == 0x09 }
            if !margin.isEmpty, margin.count < line.count { return String(decoding: margin, as: UTF8.self) }
        }
        return "  "
    }

    static func normalised(_ value: Value, at path: PathSteps) throws(ConfigProblem) -> Value {
        let plain = try value.plainData(at: path)
        guard plain.isFiniteThroughout else { throw ConfigProblem("\(path.words): JSON has no infinity and no NaN") }
        return plain
    }

    func scalarText(at path: PathSteps) -> String? {
        guard let node = node(at: path), case .scalar(let value) = node.content else { return nil }
        return value.asString ?? bytes.text(node.range)
    }

    func scalarRange(at path: PathSteps) -> Range<Int>? {
        guard let node = node(at: path), case .scalar(let value) = node.content, value.asString == nil else {
            return nil
        }
        return node.range
    }

    private func node(at path: some Collection<PathStep>) -> JSONNode? {
        var here = root
        for step in path {
            switch (step, here?.content) {
            case (.key(let key), .object(let entries)?): here = entries.first { $0.name == key }?.value
            case (.index(let index), .array(let items)?): here = items.indices.contains(index) ? items[index] : nil
            default: return nil
            }
        }
        return here
    }

    // MARK: - Candidates

    func candidates(for edit: ConfigEdit) -> [() -> [UInt8]?] {
        let after = data.applying(edit)
        return [{ patch(for: edit)?.applied(to: bytes) }]
            + stride(from: edit.path.count, through: 0, by: -1).map { length in
                {
                    let part = Array(edit.path.prefix(length))
                    return after.at(part).flatMap { replacement(at: part, with: $0) }?.applied(to: bytes)
                }
            }
    }

    private func patch(for edit: ConfigEdit) -> Patch? {
        switch edit {
        case .replace(let path, let value): return replacement(at: path, with: value)
        case .insert(let path, let key, let value): return added(key, value, at: path)
        case .append(let path, let value): return added(nil, value, at: path)
        case .rename(let path, let name):
            guard case .object(let entries)? = node(at: path.dropLast())?.content,
                let entry = entries.first(where: { .key($0.name) == path.last })
            else { return nil }
            return Patch(entry.key, Value.string(name).json())
        case .remove(let path):
            guard let owner = node(at: path.dropLast()), let node = node(at: path),
                let index = owner.parts.firstIndex(where: { $0.upperBound == node.range.upperBound })
            else { return nil }
            return removed(index, from: owner)
        }
    }

    private func replacement(at path: PathSteps, with value: Value) -> Patch? {
        guard let root else {
            guard path.isEmpty else { return nil }
            return Patch(0..<bytes.count, rendered(value, margin: "", inLines: true) + bytes.lineBreak)
        }
        guard let node = path.isEmpty ? root : node(at: path) else { return nil }
        return Patch(node.range, rendered(value, margin: margin(of: node.range.lowerBound), inLines: isInLines(root)))
    }

    /// A container is written in lines where its parts stand on different lines.
    private func isInLines(_ node: JSONNode) -> Bool {
        bytes[node.range].contains(UInt8(ascii: "\n"))
    }

    private func margin(of offset: Int) -> String {
        let start = bytes.lineStart(offset)
        return String(decoding: bytes[start..<offset].prefix { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self)
    }

    private func added(_ key: String?, _ value: Value, at path: PathSteps) -> Patch? {
        guard let owner = path.isEmpty ? root : node(at: path), let last = owner.parts.last else { return nil }
        let before = owner.parts.count > 1 ? owner.parts[owner.parts.count - 2].upperBound : owner.range.lowerBound + 1
        let gap = bytes.text(before..<last.lowerBound).filter { $0 != "," }
        let isOnOwnLine = gap.contains { $0.isNewline }
        let text = rendered(value, margin: isOnOwnLine ? margin(of: last.lowerBound) : "", inLines: isOnOwnLine)
        let name = key.map { Value.string($0).json() + colon(in: owner) } ?? ""
        let separator = gap.isEmpty && owner.parts.count == 1 ? " " : gap
        return Patch(last.upperBound..<last.upperBound, ",\(separator)\(name)\(text)")
    }

    /// The colon with the blanks around it, as the last entry has it.
    private func colon(in owner: JSONNode) -> String {
        guard case .object(let entries) = owner.content, let last = entries.last else { return ": " }
        return bytes.text(last.key.upperBound..<last.value.range.lowerBound)
    }

    private func removed(_ index: Int, from owner: JSONNode) -> Patch {
        let parts = owner.parts
        if parts.count == 1 { return Patch(owner.range.lowerBound + 1..<owner.range.upperBound - 1, "") }
        return index + 1 < parts.count
            ? Patch(parts[index].lowerBound..<parts[index + 1].lowerBound, "")
            : Patch(parts[index - 1].upperBound..<parts[index].upperBound, "")
    }

    // MARK: - Writing

    private func rendered(_ value: Value, margin: String, inLines: Bool) -> String {
        let parts: [String]
        let brackets: (String, String)
        let inner = margin + unit
        switch value {
        case .map(let map) where !map.isEmpty:
            brackets = ("{", "}")
            parts = map.map { entry in
                entry.key.json() + ": " + rendered(entry.value, margin: inner, inLines: inLines)
            }
        case .list(let items) where !items.isEmpty:
            brackets = ("[", "]")
            parts = items.map { rendered($0, margin: inner, inLines: inLines) }
        default: return value.json()
        }
        guard inLines else { return brackets.0 + parts.joined(separator: ", ") + brackets.1 }
        let end = bytes.lineBreak
        return brackets.0 + end + parts.map { inner + $0 }.joined(separator: "," + end) + end + margin + brackets.1
    }
}

extension Value {
    fileprivate var isFiniteThroughout: Bool {
        switch self {
        case .double(let number): number.isFinite
        case .list(let items): items.allSatisfy(\.isFiniteThroughout)
        case .map(let map): map.allSatisfy(\.value.isFiniteThroughout)
        default: true
        }
    }
}
