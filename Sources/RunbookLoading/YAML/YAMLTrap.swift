import Diagnostics

/// Turns what libyaml says about an expression or script without quotes into what the author has to write.
enum YAMLTrap {
    /// The diagnostic for a syntax error: the trap that explains it, or the error as it is.
    static func diagnostic(for problem: YAMLProblem, in file: SourceFile) -> Diagnostic {
        let offset = min(problem.offset, file.bytes.count)
        if offset < file.bytes.count, file.bytes[offset] == UInt8(ascii: "\t") {
            return .tabIndentation(Span(file: file, range: offset..<offset + 1))
        }
        let line = file.position(at: offset).line
        let contextLine = problem.contextOffset.map { file.position(at: $0).line } ?? line
        if let trap = FlowTrap.find(in: file, lines: min(contextLine, line)...line) { return trap }
        for candidate in [line, contextLine, line - 1] where candidate >= 1 {
            if let trap = trap(onLine: candidate, of: file, problem) { return trap }
        }
        return .yamlSyntax(problem, file)
    }

    /// The diagnostic for a tag outside the core schema at a scalar: an expression such as `!x`, or an unknown tag.
    static func diagnostic(forTag tag: String, _ span: Span, isPlain: Bool) -> Diagnostic {
        let text = span.text
        // Alone, `!` would make the rest text, and a negation would be lost without a word.
        let isNegation = tag == "!" || !text.contains(" ") || tag.contains { "(.=&|".contains($0) }
        let readsAsExpression = isPlain && isNegation
        return readsAsExpression && text.hasPrefix("!") && !text.hasPrefix("!!")
            ? .unquotedExpression(span, start: "!", quoted: quoted(text))
            : .unknownTag(span, quoted: isPlain ? quoted(text) : nil)
    }

    /// A text as it must be written to be one YAML string on one line.
    static func quoted(_ text: String) -> String {
        if !text.contains("'") { return "'\(text)'" }
        let escaped = text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
        return "\"\(String(escaped))\""
    }

    /// A text as it must be written between braces or brackets; double quotes where that needs no escapes.
    static func quotedForFlow(_ text: String) -> String {
        text.contains { $0 == "\"" || $0 == "\\" } ? quoted(text) : "\"\(text)\""
    }

    /// What is wrong with the value that stands after `key: ` or `- ` on a line.
    private static func trap(onLine line: Int, of file: SourceFile, _ problem: YAMLProblem) -> Diagnostic? {
        guard line <= file.lineCount, let value = LineValue(file.lineRange(line), in: file.bytes) else { return nil }
        let span = Span(file: file, range: value.range)
        let text = span.text
        guard let first = text.first else { return nil }
        switch first {
        case "\"", "'":
            return value.hasTextAfterQuotes
                ? .unquotedExpression(span, start: String(first), quoted: quoted(text)) : nil
        case "[", "{":
            return value.hasTextAfterBrackets
                ? .unquotedExpression(span, start: String(first), quoted: quoted(text)) : nil
        case "!", "&", "*", "%", "@", "`":
            return .unquotedExpression(span, start: String(first), quoted: quoted(text))
        default:
            let isColon = problem.message.hasPrefix("mapping values") && value.key != nil
            return isColon && (text.contains(": ") || text.hasSuffix(":")) ? .unquotedColon(span, key: value.key) : nil
        }
    }
}

/// The value on one line: what stands after `key: ` or `- `, without a comment.
private struct LineValue {
    var key: String?
    var range: Range<Int>
    private let bytes: ArraySlice<UInt8>

    init?(_ line: Range<Int>, in source: [UInt8]) {
        var start = line.lowerBound
        func skip(_ byte: Unicode.Scalar) {
            while start < line.upperBound, source[start] == UInt8(ascii: byte) { start += 1 }
        }
        skip(" ")
        while start + 1 < line.upperBound, source[start] == UInt8(ascii: "-"), source[start + 1] == UInt8(ascii: " ") {
            start += 1
            skip(" ")
        }
        var end = start
        while end < line.upperBound, Self.isKeyByte(source[end]) { end += 1 }
        if end > start, end + 1 < line.upperBound, source[end] == UInt8(ascii: ":"),
            source[end + 1] == UInt8(ascii: " ")
        {
            key = String(decoding: source[start..<end], as: UTF8.self)
            start = end + 1
            skip(" ")
        }
        var last = Self.commentStart(in: source[start..<line.upperBound]) ?? line.upperBound
        while last > start, source[last - 1] == UInt8(ascii: " ") { last -= 1 }
        guard last > start else { return nil }
        range = start..<last
        bytes = source[start..<last]
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte)
            || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func commentStart(in bytes: ArraySlice<UInt8>) -> Int? {
        zip(bytes.indices, bytes.indices.dropFirst()).first { before, hash in
            bytes[before] == UInt8(ascii: " ") && bytes[hash] == UInt8(ascii: "#")
        }?.1
    }

    /// Whether the quotation mark at the start is closed before the end.
    var hasTextAfterQuotes: Bool {
        guard let quote = bytes.first, let close = bytes.dropFirst().firstIndex(of: quote) else { return false }
        return close < bytes.endIndex - 1
    }

    /// Whether the bracket at the start is closed before the end.
    var hasTextAfterBrackets: Bool {
        var depth = 0
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            if depth == 0 { return index < bytes.endIndex - 1 }
        }
        return false
    }
}
