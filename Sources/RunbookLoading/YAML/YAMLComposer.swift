import Diagnostics

/// Builds nodes from events: aliases, duplicate keys, tags and bounds are decided here, since libyaml leaves them open.
final class YAMLComposer {
    static let depthLimit = 64
    static let nodeLimit = 500_000

    /// A reason to stop reading.
    private struct Stop: Error {
        var diagnostic: Diagnostic
    }

    /// A finished value that may be repeated, with what it adds to the bounds.
    private struct Anchored {
        var node: SyntaxNode
        var nodeCount: Int
        var height: Int
    }

    private let file: SourceFile
    private let events: YAMLEvents
    private var anchors: [String: Anchored] = [:]
    /// Anchors of values that are not finished yet.
    private var openAnchors: Set<String> = []
    private var nodeCount = 0
    private(set) var bag = DiagnosticBag()

    init(file: SourceFile, events: YAMLEvents) {
        self.file = file
        self.events = events
    }

    /// The single document of the stream; nil after a syntax error, a broken bound, or for an empty file.
    func document() -> SyntaxNode? {
        do throws(Stop) {
            guard case .documentStart = try next().kind else { throw Stop(diagnostic: .emptyFile(file)) }
            let root = try node(try next(), depth: 0).node
            let event = try next()
            if case .documentStart = event.kind { report(.severalDocuments(span(event.range))) }
            return root
        } catch {
            bag.add(error.diagnostic)
            return nil
        }
    }

    private func next() throws(Stop) -> YAMLEvent {
        do {
            return try events.next()
        } catch {
            throw Stop(diagnostic: YAMLTrap.diagnostic(for: error, in: file))
        }
    }

    private func report(_ diagnostic: @autoclosure () -> Diagnostic) {
        if bag.isFull { bag.countError() } else { bag.add(diagnostic()) }
    }

    private func span(_ range: Range<Int>) -> Span { Span(file: file, range: range) }

    // MARK: - Nodes

    /// A node and its height: 0 for a scalar.
    private func node(_ event: YAMLEvent, depth: Int) throws(Stop) -> (node: SyntaxNode, height: Int) {
        let countBefore = nodeCount
        try count(1, at: event)
        if let anchor = event.anchor { openAnchors.insert(anchor) }
        let made: (node: SyntaxNode, height: Int)
        switch event.kind {
        case .alias(let name): return try alias(name, event, depth: depth)
        case .scalar(let text, let style): made = (scalar(text, style, event), 0)
        case .sequenceStart(let isFlow): made = try sequence(event, isFlow: isFlow, depth: depth + 1)
        case .mappingStart(let isFlow): made = try mapping(event, isFlow: isFlow, depth: depth + 1)
        case .documentStart, .containerEnd, .streamEnd:
            preconditionFailure("libyaml reports a node wherever one is due")
        }
        if let anchor = event.anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = Anchored(node: made.node, nodeCount: nodeCount - countBefore, height: made.height)
        }
        return made
    }

    private func count(_ number: Int, at event: YAMLEvent) throws(Stop) {
        nodeCount += number
        if nodeCount > Self.nodeLimit {
            throw Stop(diagnostic: .tooManyNodes(span(event.range), limit: Self.nodeLimit))
        }
    }

    private func check(depth: Int, at event: YAMLEvent) throws(Stop) {
        if depth > Self.depthLimit {
            throw Stop(diagnostic: .nestedTooDeeply(span(event.range), limit: Self.depthLimit))
        }
    }

    private func alias(
        _ name: String, _ event: YAMLEvent, depth: Int
    ) throws(Stop) -> (node: SyntaxNode, height: Int) {
        guard let anchored = anchors[name], !openAnchors.contains(name) else {
            let isOpen = openAnchors.contains(name)
            let known = Array(anchors.keys)
            report(.badAlias(name, span(event.range), standsInside: isOpen, known: known))
            return (SyntaxNode(content: .refused, span: span(event.range)), 0)
        }
        try count(anchored.nodeCount, at: event)
        try check(depth: depth + anchored.height, at: event)
        return (anchored.node, anchored.height)
    }

    private func scalar(_ text: String, _ style: SyntaxNode.Scalar.Style, _ event: YAMLEvent) -> SyntaxNode {
        let range = trimmed(event.range)
        let core = event.tag.map(CoreTag.init(name:)) ?? .none
        guard let tag = event.tag, core == nil || core == .sequence || core == .mapping else {
            let content = event.anchor == nil && core == nil ? range : withoutProperties(range)
            if style == .plain, let comment = CommentTrap.comment(cutting: text, at: range.upperBound, in: file) {
                report(.cutByComment(span(content), comment: comment))
            }
            return SyntaxNode(content: .scalar(.init(text: text, style: style, tag: core)), span: span(content))
        }
        report(YAMLTrap.diagnostic(forTag: tag, span(range), isPlain: style == .plain))
        let stand = SyntaxNode.Scalar(text: file.text(in: range), style: .plain, tag: .string)
        return SyntaxNode(content: .scalar(stand), span: span(range))
    }

    private func sequence(
        _ event: YAMLEvent, isFlow: Bool, depth: Int
    ) throws(Stop) -> (node: SyntaxNode, height: Int) {
        try check(depth: depth, at: event)
        checkTag(of: event, .sequence)
        var items: [SyntaxNode] = []
        var height = 0
        while true {
            let item = try next()
            if case .containerEnd = item.kind {
                let end = isFlow ? item.range.upperBound : items.last?.span.range.upperBound
                return (SyntaxNode(content: .sequence(items), span: containerSpan(event, end: end)), height + 1)
            }
            let made = try node(item, depth: depth)
            height = max(height, made.height)
            items.append(made.node)
        }
    }

    private func mapping(
        _ event: YAMLEvent, isFlow: Bool, depth: Int
    ) throws(Stop) -> (node: SyntaxNode, height: Int) {
        try check(depth: depth, at: event)
        checkTag(of: event, .mapping)
        var entries: [SyntaxNode.Entry] = []
        var keys = KeySet()
        var height = 0
        var end = event.range.lowerBound
        while true {
            let keyEvent = try next()
            if case .containerEnd = keyEvent.kind {
                let end = isFlow ? keyEvent.range.upperBound : end
                return (SyntaxNode(content: .mapping(entries), span: containerSpan(event, end: end)), height + 1)
            }
            let key = try node(keyEvent, depth: depth).node
            let valueEvent = try next()
            let value = try node(valueEvent, depth: depth)
            height = max(height, value.height)
            // A value given by an alias stands earlier in the file, so that the maximum is right for it, too.
            end = max(end, trimmed(valueEvent.range).upperBound, value.node.span.range.upperBound)
            let keySpan = span(trimmed(keyEvent.range))
            if let name = accept(key, keySpan, &keys) {
                entries.append(SyntaxNode.Entry(key: name, keySpan: keySpan, value: value.node))
            }
        }
    }

    /// The name of a key; nil where it must not be used.
    private func accept(_ key: SyntaxNode, _ keySpan: Span, _ keys: inout KeySet) -> String? {
        guard let scalar = key.scalar else {
            if !key.isRefused { report(.keyNotScalar(keySpan)) }
            return nil
        }
        if scalar.text == "<<", scalar.style == .plain {
            report(.mergeKey(keySpan))
            return nil
        }
        if let first = keys.insert(scalar.text, keySpan) {
            report(.duplicateKey(scalar.text, keySpan, first: first))
            return nil
        }
        return scalar.text
    }

    private func checkTag(of event: YAMLEvent, _ wanted: CoreTag) {
        guard let tag = event.tag, CoreTag(name: tag) != wanted else { return }
        report(YAMLTrap.diagnostic(forTag: tag, span(event.range), isPlain: false))
    }

    // MARK: - Spans

    /// A range without the white space at its end: libyaml ends a block scalar where the next token starts.
    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var end = range.upperBound
        while end > range.lowerBound, isSpace(file.bytes[end - 1]) { end -= 1 }
        return range.lowerBound..<end
    }

    /// The range of a scalar without its anchor and tag, which libyaml counts in.
    private func withoutProperties(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        while start < range.upperBound, [UInt8(ascii: "&"), UInt8(ascii: "!")].contains(file.bytes[start]) {
            while start < range.upperBound, !isSpace(file.bytes[start]) { start += 1 }
            while start < range.upperBound, isSpace(file.bytes[start]) { start += 1 }
        }
        return start..<range.upperBound
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private func containerSpan(_ event: YAMLEvent, end: Int?) -> Span {
        let start = event.range.lowerBound
        return span(start..<max(start, end ?? event.range.upperBound))
    }
}

/// The keys of one mapping so far; a list while it is short, which nearly all are.
private struct KeySet {
    private var few: [(key: String, span: Span)] = []
    private var many: [String: Span] = [:]

    /// The span of the key if it is there already; else it is added.
    mutating func insert(_ key: String, _ span: Span) -> Span? {
        if many.isEmpty {
            if let found = few.first(where: { $0.key == key }) { return found.span }
            few.append((key, span))
            if few.count > 16 { many = Dictionary(few.map { ($0.key, $0.span) }) { first, _ in first } }
            return nil
        }
        if let found = many[key] { return found }
        many[key] = span
        return nil
    }
}
