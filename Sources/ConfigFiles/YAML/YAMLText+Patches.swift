import Expressions
import RunbookLoading

extension YAMLText {
    private var lineBreak: String { writer.lineBreak }

    // MARK: - Replacing

    /// The value at a path written anew; all else stays.
    func replacement(at path: PathSteps, with value: Value) throws(ConfigProblem) -> Patch? {
        guard let last = path.last else { return wholeDocument(value) }
        guard let owner = try node(at: path.dropLast()), let node = try node(at: path) else { return nil }
        if owner.isFlow || isInline(value) { return inPlace(node, value, owner, last) }
        switch (last, owner.content) {
        case (.key(let name), .mapping(let entries, _)):
            guard let entry = entries.first(where: { $0.name == name }) else { return nil }
            return nested(node, value, column: bytes.column(entry.key.start), after: colon(after: entry.key))
        case (.index, .sequence):
            let column = bytes.column(owner.range.lowerBound)
            if node.isBlock, bytes.column(node.range.lowerBound) > column { return inStead(node, value) }
            guard node.isEmptyScalar || bytes.lineNumber(node.start) == bytes.lineNumber(node.end) else { return nil }
            return Patch(node.start..<node.end, String(writer.item(value, column: column).dropFirst()))
        default: return nil
        }
    }

    /// Scalars, and lists and mappings that are empty.
    private func isInline(_ value: Value) -> Bool {
        value.asMap.map(\.isEmpty) ?? value.asList.map(\.isEmpty) ?? true
    }

    /// On one line, or as a literal block, where the value begins.
    private func inPlace(_ node: YAMLNode, _ value: Value, _ owner: YAMLNode, _ step: PathStep) -> Patch {
        var style: SyntaxNode.Scalar.Style?
        if case .scalar(_, let known) = node.content { style = known }
        if value.asString == nil { style = nil }
        let column = ownColumn(of: node, in: owner, step)
        let written =
            owner.isFlow
            ? writer.inline(value, inFlow: true, like: style == .literal || style == .folded ? nil : style)
            : String(writer.value(value, column: column, like: style).dropFirst())
        // A tag says what the old value was; the anchor stays, since aliases may need it.
        let begin = node.tag == nil ? node.range.lowerBound : node.start
        var text = node.tag != nil ? node.anchor.map { "&\($0) " } ?? "" : ""
        text += written
        if begin > 0, !isBlank(bytes[begin - 1]), "[{,(".utf8.contains(bytes[begin - 1]) == false { text = " " + text }
        // A block value begins on a line of its own; a scalar goes after the colon.
        if node.isBlock, case .key(let name) = step, case .mapping(let entries, _) = owner.content,
            let entry = entries.first(where: { $0.name == name })
        {
            let anchor = node.anchor.map { " &\($0)" } ?? ""
            return Patch(colon(after: entry.key)..<node.end, "\(anchor) \(written)")
        }
        return withComment(begin..<node.end, text, inFlow: owner.isFlow)
    }

    /// A literal block takes lines of its own; the comment behind the old value goes behind its first.
    private func withComment(_ range: Range<Int>, _ text: String, inFlow: Bool) -> Patch {
        let lines = text.split(separator: lineBreak, maxSplits: 1, omittingEmptySubsequences: false)
        let end = max(range.upperBound, bytes.lineEnd(range.upperBound))
        let comment = bytes.text(range.upperBound..<end)
        guard !inFlow, lines.count == 2, !comment.allSatisfy(\.isWhitespace) else { return Patch(range, text) }
        return Patch(range.lowerBound..<end, lines[0] + comment + lineBreak + lines[1])
    }

    private func ownColumn(of node: YAMLNode, in owner: YAMLNode, _ step: PathStep) -> Int {
        if case .key(let name) = step, case .mapping(let entries, _) = owner.content,
            let entry = entries.first(where: { $0.name == name })
        {
            return bytes.column(entry.key.start)
        }
        return bytes.column(owner.range.lowerBound)
    }

    /// A list or mapping below a key, whose colon ends at `after`; a comment on the key's line stays.
    private func nested(_ node: YAMLNode, _ value: Value, column: Int, after: Int) -> Patch {
        let anchor = node.anchor.map { " &\($0)" } ?? ""
        if node.isBlock, bytes.column(node.range.lowerBound) > column { return inStead(node, value) }
        let text = writer.value(value, column: column)
        if node.isBlock { return Patch(after..<node.end, anchor + text) }
        let end = bytes.lineEnd(node.end)
        let rest = bytes.text(node.end..<max(node.end, end))
        let comment = rest.allSatisfy(\.isWhitespace) ? "" : rest
        return Patch(after..<max(node.end, end), anchor + comment + text)
    }

    /// A list or mapping where another one was, at the same column.
    private func inStead(_ node: YAMLNode, _ value: Value) -> Patch {
        let column = bytes.column(node.range.lowerBound)
        let text = writer.lines(value, indent: column).joined(separator: lineBreak)
        // A comment behind its last line goes with it: it could become part of a text there.
        let end = max(node.end, bytes.lineEnd(node.end))
        return Patch(node.range.lowerBound..<end, String(text.dropFirst(column)))
    }

    private func wholeDocument(_ value: Value) -> Patch {
        guard let root, !root.isEmptyScalar else {
            // Nothing but comments, or an empty document.
            let isOpen = !bytes.isEmpty && bytes.last != UInt8(ascii: "\n")
            let text = writer.lines(value, indent: 0).joined(separator: lineBreak) + lineBreak
            return Patch(bytes.count..<bytes.count, (isOpen ? lineBreak : "") + text)
        }
        let text =
            root.isFlow && !isInline(value)
            ? writer.inline(value, inFlow: true) : writer.lines(value, indent: 0).joined(separator: lineBreak)
        return Patch(root.start..<(root.isFlow ? root.end : max(root.end, bytes.lineEnd(root.end))), text)
    }

    // MARK: - Adding

    /// A new key at the end of a mapping.
    func inserted(_ key: String, _ value: Value, into owner: YAMLNode, at path: some Collection<PathStep>) -> Patch? {
        guard case .mapping(let entries, let isFlow) = owner.content, let first = entries.first,
            let last = entries.last
        else {
            return ((try? replacement(at: Array(path), with: .map(ValueMap([(key, value)])))) ?? nil)
        }
        if isFlow {
            let text = "\(writer.key(key, inFlow: true)): \(writer.inline(value, inFlow: true))"
            return inFlow(text, after: max(last.key.end, last.value.end), first: first.key.start, last: last.key.start)
        }
        let column = bytes.column(first.key.start)
        let text = writer.key(key, inFlow: false) + ":" + writer.value(value, column: column)
        return newLine(text, column, after: last.value.isEmptyScalar ? colon(after: last.key) : last.value.end)
    }

    /// A new item at the end of a list.
    func appended(_ value: Value, to owner: YAMLNode, at path: some Collection<PathStep>) -> Patch? {
        guard case .sequence(let items, let isFlow) = owner.content, let first = items.first, let last = items.last
        else { return ((try? replacement(at: Array(path), with: .list([value]))) ?? nil) }
        if isFlow {
            return inFlow(writer.inline(value, inFlow: true), after: last.end, first: first.start, last: last.start)
        }
        let column = bytes.column(owner.range.lowerBound)
        return newLine("-" + writer.item(value, column: column), column, after: last.end)
    }

    private func newLine(_ text: String, _ column: Int, after: Int) -> Patch {
        let end = bytes.lineEnd(after)
        return Patch(end..<end, lineBreak + String(repeating: " ", count: column) + text)
    }

    /// After the last part of a list or mapping in flow style; on a line of its own where that has one.
    private func inFlow(_ text: String, after: Int, first: Int, last: Int) -> Patch {
        var end = after
        var hasComma = false
        while end < bytes.count, isBlank(bytes[end]) || bytes[end] == UInt8(ascii: "\n") { end += 1 }
        if end < bytes.count, bytes[end] == UInt8(ascii: ",") { hasComma = true }
        let start = bytes.lineStart(last)
        let isOnOwnLine = bytes[start..<last].allSatisfy(isBlank) && start > 0
        let gap = isOnOwnLine ? lineBreak + bytes.text(start..<last) : " "
        return hasComma ? Patch(end + 1..<end + 1, "\(gap)\(text),") : Patch(after..<after, ",\(gap)\(text)")
    }

    // MARK: - Removing

    func removed(_ path: PathSteps, from owner: YAMLNode) -> Patch? {
        switch (path.last, owner.content) {
        case (.key(let name)?, .mapping(let entries, let isFlow)):
            guard let index = entries.firstIndex(where: { $0.name == name }) else { return nil }
            if entries.count == 1 { return emptied(owner, path, .map(ValueMap())) }
            let starts = entries.map(\.key.start)
            let ends = entries.map { $0.value.isEmptyScalar ? colon(after: $0.key) : $0.value.end }
            return isFlow ? fromFlow(index, starts, ends) : fromBlock(index, starts, ends)
        case (.index(let index)?, .sequence(let items, let isFlow)):
            if items.count == 1 { return emptied(owner, path, .list([])) }
            if isFlow { return fromFlow(index, items.map(\.start), items.map(\.end)) }
            let dashes = items.map { dash(before: $0.start) }
            guard !dashes.contains(nil) else { return nil }
            return fromBlock(index, dashes.compactMap { $0 }, items.map(\.end))
        default: return nil
        }
    }

    private func emptied(_ owner: YAMLNode, _ path: PathSteps, _ value: Value) -> Patch? {
        if owner.isFlow {
            return Patch(owner.range, value.asMap == nil ? "[]" : "{}")
        }
        return ((try? replacement(at: path.dropLast(), with: value)) ?? nil)
    }

    private func fromFlow(_ index: Int, _ starts: [Int], _ ends: [Int]) -> Patch {
        index + 1 < starts.count
            ? Patch(starts[index]..<starts[index + 1], "") : Patch(ends[index - 1]..<ends[index], "")
    }

    /// Whole lines; the first part of an item of a list shares its line with the dash.
    private func fromBlock(_ index: Int, _ starts: [Int], _ ends: [Int]) -> Patch {
        let line = bytes.lineStart(starts[index])
        guard bytes[line..<starts[index]].allSatisfy(isBlank) else {
            return index + 1 < starts.count
                ? Patch(starts[index]..<starts[index + 1], "") : Patch(ends[index - 1]..<ends[index], "")
        }
        let next = bytes.nextLine(ends[index])
        // The last line of a file without a line break at its end takes that of the line before.
        if next == bytes.count, bytes.last != UInt8(ascii: "\n"), line > 0 {
            let end = bytes.lineEnd(bytes.lineStart(line - 1))
            return Patch(end..<next, "")
        }
        return Patch(line..<next, "")
    }

    // MARK: - Looking

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    /// The end of the colon after a key.
    private func colon(after key: YAMLNode) -> Int {
        var offset = key.end
        while offset < bytes.count, isBlank(bytes[offset]) { offset += 1 }
        return offset < bytes.count && bytes[offset] == UInt8(ascii: ":") ? offset + 1 : key.end
    }

    /// The dash of an item, where nothing but blanks and line breaks stands between them.
    private func dash(before start: Int) -> Int? {
        var offset = start - 1
        while offset >= 0, isBlank(bytes[offset]) || bytes[offset] == UInt8(ascii: "\n") { offset -= 1 }
        return offset >= 0 && bytes[offset] == UInt8(ascii: "-") ? offset : nil
    }
}
