import Expressions
import RunbookLoading
import RunbookModel

/// A YAML file: patches guided by the places of its values.
struct YAMLText: EditableText {
    let bytes: [UInt8]
    let root: YAMLNode?
    let writer: YAMLWriter

    init(_ text: [UInt8]) throws(ConfigProblem) {
        bytes = text
        root = try YAMLTreeReader.read(text)
        writer = YAMLManner.writer(of: root, in: text)
    }

    var data: Value { root?.data ?? .null }
    var written: Value { root?.written ?? .null }

    static func normalised(_ value: Value, at path: PathSteps) throws(ConfigProblem) -> Value {
        try value.plainData(at: path)
    }

    func scalarText(at path: PathSteps) -> String? {
        guard let node = try? node(at: path), case .scalar(let text, _) = node.content else { return nil }
        return text
    }

    func scalarRange(at path: PathSteps) -> Range<Int>? {
        guard let node = try? node(at: path), case .scalar(_, .plain) = node.content else { return nil }
        return node.range
    }

    /// Through an alias or a `<<`.
    func isShared(_ path: PathSteps) -> Bool {
        guard let node = (try? node(at: path)) ?? nil else { return true }
        if case .alias = node.content { return true }
        return false
    }

    // MARK: - Places

    /// The node at a path; nil where it comes from a `<<` and is not written here.
    ///
    /// Errors: a path through an alias.
    func node(at path: some Collection<PathStep>) throws(ConfigProblem) -> YAMLNode? {
        guard var here = root else { return nil }
        var passed: PathSteps = []
        for step in path {
            switch (step, here.content) {
            case (.key(let key), .mapping(let entries, _)):
                guard let entry = entries.first(where: { $0.name == key && !$0.isMerge }) else { return nil }
                here = entry.value
            case (.index(let index), .sequence(let items, _)) where items.indices.contains(index):
                here = items[index]
            case (_, .alias(let name)):
                throw ConfigProblem(
                    "\(passed.words) is the alias *\(name): edit it at its anchor &\(name), or set \(passed.words) as a whole",
                    line: bytes.lineNumber(here.start))
            default: return nil
            }
            passed.append(step)
        }
        return here
    }

    // MARK: - Candidates

    func candidates(for edit: ConfigEdit) throws(ConfigProblem) -> [() -> [UInt8]?] {
        let patch = try patch(for: edit)
        let after = written.applying(edit)
        var candidates: [() -> [UInt8]?] = [{ patch?.applied(to: bytes) }]
        for length in stride(from: edit.path.count, through: 0, by: -1) {
            let part = edit.path.prefix(length)
            guard let value = after.at(part), (try? node(at: part))??.hasOpaqueParts != true else { continue }
            candidates.append { (try? replacement(at: Array(part), with: value))?.applied(to: bytes) }
        }
        return candidates
    }

    private func patch(for edit: ConfigEdit) throws(ConfigProblem) -> Patch? {
        switch edit {
        case .replace(let path, let value):
            if let last = path.last, try node(at: path) == nil {
                // It comes from a `<<`; a key of the mapping's own takes its place.
                guard case .key(let key) = last, let owner = try node(at: path.dropLast()) else {
                    throw inherited(path.dropLast())
                }
                return inserted(key, value, into: owner, at: path.dropLast())
            }
            return try replacement(at: path, with: value)
        case .insert(let path, let key, let value):
            guard let owner = try node(at: path) else {
                if root == nil { return try replacement(at: [], with: .map(ValueMap([(key, value)]))) }
                throw inherited(path)
            }
            if case .alias = owner.content { _ = try node(at: path + [.key(key)]) }
            return inserted(key, value, into: owner, at: path)
        case .append(let path, let value):
            guard let owner = try node(at: path) else { throw inherited(path) }
            if case .alias = owner.content { _ = try node(at: path + [.index(0)]) }
            return appended(value, to: owner, at: path)
        case .remove(let path):
            guard try node(at: path) != nil, let owner = try node(at: path.dropLast()) else { throw inherited(path) }
            return removed(path, from: owner)
        case .rename(let path, let name):
            guard let owner = try node(at: path.dropLast()), case .mapping(let entries, let isFlow) = owner.content,
                let entry = entries.first(where: { .key($0.name) == path.last && !$0.isMerge })
            else { throw inherited(path) }
            return Patch(entry.key.range, writer.key(name, inFlow: isFlow))
        }
    }

    private func inherited(_ path: some Collection<PathStep>) -> ConfigProblem {
        ConfigProblem("\(Array(path).words) is not written here: it comes from another mapping through `<<`")
    }
}

extension Value {
    /// Only what files can hold: texts for durations, moments and versions; texts as keys.
    func plainData(at path: PathSteps) throws(ConfigProblem) -> Value {
        switch self {
        case .null, .bool, .int, .double, .string: return self
        case .uint(let number): return Int64(exactly: number).map { .int($0) } ?? .string("\(number)")
        case .duration, .timestamp, .version: return .string(plainText.trimmingQuotes)
        case .optional(let inner?): return try inner.plainData(at: path)
        case .list(let items):
            var result: [Value] = []
            for (index, item) in items.enumerated() { result.append(try item.plainData(at: path + [.index(index)])) }
            return .list(result)
        case .map(let map):
            var entries: [(String, Value)] = []
            for (key, value) in map {
                let name = key.asString ?? key.json()
                entries.append((name, try value.plainData(at: path + [.key(name)])))
            }
            return .map(ValueMap(entries))
        case .bytes, .type, .optional(nil):
            throw ConfigProblem("\(path.words) cannot be \(kindForPeople)")
        }
    }
}

extension String {
    fileprivate var trimmingQuotes: String {
        hasPrefix("\"") && hasSuffix("\"") && count >= 2 ? String(dropFirst().dropLast()) : self
    }
}
