import Expressions
import RunbookLoading

/// Builds nodes from libyaml's events, within bounds.
final class YAMLTreeReader {
    private static let depthLimit = 64
    private static let sizeLimit = 500_000

    private let text: [UInt8]
    private let events: YAMLEvents
    private var anchors: [String: (data: Value, size: Int)] = [:]
    private var openAnchors: Set<String> = []
    private var size = 0

    private init(_ text: [UInt8], _ events: YAMLEvents) {
        self.text = text
        self.events = events
    }

    /// The root of the only document; nil for a text without any.
    static func read(_ text: [UInt8]) throws(ConfigProblem) -> YAMLNode? {
        let result = text.withUnsafeBufferPointer { bytes in
            let reader = YAMLTreeReader(text, YAMLEvents(bytes, base: 0))
            return Result { () throws(ConfigProblem) in try reader.document() }
        }
        return try result.get()
    }

    private func document() throws(ConfigProblem) -> YAMLNode? {
        guard case .documentStart = try next().kind else { return nil }
        let root = try node(try next(), depth: 0)
        let event = try next()
        if case .documentStart = event.kind {
            throw problem("a second document begins here; only files with one are edited", event.range.lowerBound)
        }
        return root
    }

    private func problem(_ message: String, _ offset: Int) -> ConfigProblem {
        ConfigProblem(message, line: text.lineNumber(offset))
    }

    private func next() throws(ConfigProblem) -> YAMLEvent {
        do {
            return try events.next()
        } catch {
            throw problem("not YAML: \(error.message)", error.offset)
        }
    }

    private func node(_ event: YAMLEvent, depth: Int) throws(ConfigProblem) -> YAMLNode {
        guard depth <= Self.depthLimit else {
            throw problem("lists and mappings are nested more than \(Self.depthLimit) deep", event.range.lowerBound)
        }
        let before = size
        try count(1, event)
        if let anchor = event.anchor { openAnchors.insert(anchor) }
        let made: YAMLNode
        switch event.kind {
        case .alias(let name): return try alias(name, event)
        case .scalar(let text, let style): made = try scalar(text, style, event)
        case .sequenceStart(let isFlow): made = try sequence(event, isFlow, depth)
        case .mappingStart(let isFlow): made = try mapping(event, isFlow, depth)
        case .documentStart, .containerEnd, .streamEnd: throw problem("not YAML", event.range.lowerBound)
        }
        if let anchor = event.anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = (made.data, size - before)
        }
        return made
    }

    private func count(_ number: Int, _ event: YAMLEvent) throws(ConfigProblem) {
        size += number
        guard size <= Self.sizeLimit else {
            throw problem("with its aliases it has more than \(Self.sizeLimit) values", event.range.lowerBound)
        }
    }

    private func alias(_ name: String, _ event: YAMLEvent) throws(ConfigProblem) -> YAMLNode {
        guard let anchor = anchors[name], !openAnchors.contains(name) else {
            throw problem("the alias *\(name) stands for no anchor above it", event.range.lowerBound)
        }
        try count(anchor.size, event)
        return made(.alias(name), event, end: event.range.upperBound, data: anchor.data)
    }

    private func scalar(
        _ text: String, _ style: SyntaxNode.Scalar.Style, _ event: YAMLEvent
    ) throws(ConfigProblem) -> YAMLNode {
        let scalar = SyntaxNode.Scalar(text: text, style: style, tag: event.tag.flatMap(CoreTag.init(name:)))
        return made(
            .scalar(text: text, style: style), event, end: trimmed(event.range), data: Value(scalar.value))
    }

    private func sequence(_ event: YAMLEvent, _ isFlow: Bool, _ depth: Int) throws(ConfigProblem) -> YAMLNode {
        var items: [YAMLNode] = []
        while true {
            let item = try next()
            if case .containerEnd = item.kind {
                let end = isFlow ? item.range.upperBound : items.last?.end ?? event.range.upperBound
                return made(.sequence(items, isFlow: isFlow), event, end: end, data: .list(items.map(\.data)))
            }
            items.append(try node(item, depth: depth + 1))
        }
    }

    private func mapping(_ event: YAMLEvent, _ isFlow: Bool, _ depth: Int) throws(ConfigProblem) -> YAMLNode {
        var entries: [YAMLNode.Entry] = []
        var own = ValueMap()
        var merged: [ValueMap] = []
        while true {
            let keyEvent = try next()
            if case .containerEnd = keyEvent.kind {
                let last = entries.last.map { max($0.key.end, $0.value.end) }
                let end = isFlow ? keyEvent.range.upperBound : last ?? event.range.upperBound
                return made(.mapping(entries, isFlow: isFlow), event, end: end, data: data(own, merged))
            }
            let key = try node(keyEvent, depth: depth + 1)
            let value = try node(try next(), depth: depth + 1)
            guard case .scalar(let name, let style) = key.content else {
                throw problem("a key that is no plain text cannot be edited", keyEvent.range.lowerBound)
            }
            let isMerge = name == "<<" && style == .plain
            guard !entries.contains(where: { $0.name == name }) else {
                throw problem("the key '\(name)' is there twice", keyEvent.range.lowerBound)
            }
            entries.append(.init(key: key, name: name, value: value, isMerge: isMerge))
            if isMerge { merged += try sources(value) } else { own[name] = value.data }
        }
    }

    /// The mappings that `<<` brings in, the first one first.
    private func sources(_ value: YAMLNode) throws(ConfigProblem) -> [ValueMap] {
        let maps = value.data.asMap.map { [$0] } ?? value.data.asList?.compactMap(\.asMap)
        guard let maps else { throw problem("`<<` takes a mapping or a list of them", value.start) }
        return maps
    }

    private func data(_ own: ValueMap, _ merged: [ValueMap]) -> Value {
        var result = own
        for map in merged {
            for (key, value) in map {
                if let name = key.asString, result[name] == nil { result[name] = value }
            }
        }
        return .map(result)
    }

    // MARK: - Places

    private func made(_ content: YAMLNode.Content, _ event: YAMLEvent, end: Int, data: Value) -> YAMLNode {
        let start = event.range.lowerBound
        var begin = start
        if event.anchor != nil || event.tag != nil {
            if case .alias = content {} else { begin = afterProperties(start, limit: max(start, end)) }
        }
        return YAMLNode(
            content: content, range: begin..<max(begin, end), start: start, anchor: event.anchor, tag: event.tag,
            data: data)
    }

    /// libyaml ends a block scalar where the next token starts.
    private func trimmed(_ range: Range<Int>) -> Int {
        var end = range.upperBound
        while end > range.lowerBound, isSpace(text[end - 1]) { end -= 1 }
        return end
    }

    /// Where a value begins after its anchor and tag, which libyaml counts in, with the line breaks between them.
    private func afterProperties(_ start: Int, limit: Int) -> Int {
        var offset = start
        while offset < limit, text[offset] == UInt8(ascii: "&") || text[offset] == UInt8(ascii: "!") {
            while offset < limit, !isSpace(text[offset]) { offset += 1 }
            while offset < limit, skipsBlank(&offset, limit) {}
        }
        return min(offset, limit)
    }

    private func skipsBlank(_ offset: inout Int, _ limit: Int) -> Bool {
        if isSpace(text[offset]) {
            offset += 1
        } else if text[offset] == UInt8(ascii: "#") {
            offset = min(text.nextLine(offset), limit)
        } else {
            return false
        }
        return true
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
