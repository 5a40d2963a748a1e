import CYAML

/// What libyaml reports next, in Swift types; offsets are bytes from the start of the file.
package struct YAMLEvent {
    package enum Kind {
        case documentStart
        case alias(String)
        case scalar(text: String, style: SyntaxNode.Scalar.Style)
        case sequenceStart(isFlow: Bool)
        case mappingStart(isFlow: Bool)
        /// The end of a sequence or mapping.
        case containerEnd
        case streamEnd
    }

    package var kind: Kind
    package var range: Range<Int>
    package var anchor: String?
    /// The tag as resolved by libyaml; nil where none is written.
    package var tag: String?
}

/// A syntax error as libyaml words it.
package struct YAMLProblem: Error {
    package var message: String
    package var offset: Int
    /// What was being parsed (`while parsing a flow mapping`) and where it began.
    var context: String?
    var contextOffset: Int?
}

/// A pull parser over bytes that are known to be UTF-8.
///
/// The parser is allocated on its own because `yaml_parser_t` holds a pointer to itself.
package final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// The byte offset of every character, where characters and bytes differ.
    private let byteOffsets: [Int32]?
    private let base: Int
    private let length: Int

    /// A parser over `bytes`, which must outlive it; offsets are counted from `base` bytes before them.
    package init(_ bytes: UnsafeBufferPointer<UInt8>, base: Int) {
        parser = .allocate(capacity: 1)
        self.base = base
        length = bytes.count
        byteOffsets = Self.byteOffsets(of: bytes)
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event that matters to a composer.
    package func next() throws(YAMLProblem) -> YAMLEvent {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw problem }
            defer { yaml_event_delete(&event) }
            if let translated = translate(event) { return translated }
        }
    }

    private func translate(_ event: yaml_event_t) -> YAMLEvent? {
        let start = byteOffset(event.start_mark)
        let range = start..<max(start, byteOffset(event.end_mark))
        func made(_ kind: YAMLEvent.Kind, anchor: Text? = nil, tag: Text? = nil) -> YAMLEvent {
            YAMLEvent(kind: kind, range: range, anchor: Self.string(anchor), tag: Self.string(tag))
        }
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: return made(.documentStart)
        case YAML_STREAM_END_EVENT: return made(.streamEnd)
        case YAML_ALIAS_EVENT: return made(.alias(Self.string(event.data.alias.anchor) ?? ""))
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return made(.scalar(text: text, style: Self.style(scalar.style)), anchor: scalar.anchor, tag: scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            let sequence = event.data.sequence_start
            let isFlow = sequence.style == YAML_FLOW_SEQUENCE_STYLE
            return made(.sequenceStart(isFlow: isFlow), anchor: sequence.anchor, tag: sequence.tag)
        case YAML_MAPPING_START_EVENT:
            let mapping = event.data.mapping_start
            let isFlow = mapping.style == YAML_FLOW_MAPPING_STYLE
            return made(.mappingStart(isFlow: isFlow), anchor: mapping.anchor, tag: mapping.tag)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return made(.containerEnd)
        default: return nil
        }
    }

    private typealias Text = UnsafeMutablePointer<yaml_char_t>

    private static func string(_ pointer: Text?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private static func style(_ style: yaml_scalar_style_t) -> SyntaxNode.Scalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private var problem: YAMLProblem {
        let parser = parser.pointee
        return YAMLProblem(
            message: parser.problem.map { String(cString: $0) } ?? "the YAML reader ran out of memory",
            offset: byteOffset(parser.problem_mark),
            context: parser.context.map { String(cString: $0) },
            contextOffset: parser.context.map { _ in byteOffset(parser.context_mark) })
    }

    // MARK: - Offsets

    /// libyaml counts characters (`mark.index`); everything else here counts bytes.
    private func byteOffset(_ mark: yaml_mark_t) -> Int {
        let index = Int(mark.index)
        guard let byteOffsets else { return base + min(index, length) }
        return base + (index < byteOffsets.count ? Int(byteOffsets[index]) : length)
    }

    private static func byteOffsets(of bytes: UnsafeBufferPointer<UInt8>) -> [Int32]? {
        if bytes.allSatisfy({ $0 < 0x80 }) { return nil }
        var offsets: [Int32] = []
        offsets.reserveCapacity(bytes.count)
        for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 { offsets.append(Int32(offset)) }
        return offsets
    }
}
