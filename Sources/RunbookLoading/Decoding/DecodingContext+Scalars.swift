import Diagnostics
import Expressions
import RunbookModel

// Scalars of fixed types. Where a text is expected the source text counts, whatever the core schema makes of it.

extension DecodingContext {
    /// The text of a scalar; an error and nil for null, lists and mappings.
    func text(_ node: SyntaxNode, _ what: String = "text") -> String? {
        guard let scalar = node.scalar, !node.isNull else {
            wrongType(node, expected: what)
            return nil
        }
        return scalar.text
    }

    /// A text that is never interpolated, and so must not look as if it were.
    func literal(_ node: SyntaxNode, _ what: String = "text") -> String? {
        guard let text = text(node, what) else { return nil }
        if let place = text.templateStart {
            add(.notInterpolated(node.span(ofText: place)))
            return nil
        }
        return text.withoutTemplateEscapes
    }

    func literals(_ node: SyntaxNode, _ what: String = "a list of texts") -> [Located<String>] {
        (list(node, what) ?? []).compactMap { item in literal(item).map { Located($0, item.span) } }
    }

    /// One of a few words, written literally.
    func word<Word: RawRepresentable<String>>(_ node: SyntaxNode, _ words: [Word]) -> Word? {
        let known = words.map(\.rawValue)
        guard let text = text(node, "one of \(known.joined(separator: ", "))") else { return nil }
        if let found = words.first(where: { $0.rawValue == text }) { return found }
        add(.unknownWord(text, node.span, known: known))
        return nil
    }

    func bool(_ node: SyntaxNode) -> Bool? {
        if case .boolean(let value)? = node.scalar?.value { return value }
        wrongType(node, expected: "true or false")
        return nil
    }

    func int(_ node: SyntaxNode, _ range: ClosedRange<Int64>) -> Int? {
        guard case .integer(let value)? = node.scalar?.value else {
            wrongType(node, expected: "a whole number")
            return nil
        }
        guard range.contains(value) else {
            add(.outOfRange("\(value)", node.span, range))
            return nil
        }
        return Int(value)
    }

    func number(_ node: SyntaxNode, _ range: ClosedRange<Double>) -> Double? {
        let value: Double
        switch node.scalar?.value {
        case .integer(let integer)?: value = Double(integer)
        case .number(let number)?: value = number
        default:
            wrongType(node, expected: "a number")
            return nil
        }
        guard range.contains(value) else {
            add(.outOfRange(node.scalar?.text ?? "", node.span, Int64(range.lowerBound)...Int64(range.upperBound)))
            return nil
        }
        return value
    }

    func duration(_ node: SyntaxNode) -> Duration? {
        guard let text = literal(node, "a duration") else { return nil }
        if let duration = DurationText.parse(text) { return duration }
        add(.badQuantity(text, node.span, kind: "duration", examples: "500ms, 30s, 5m, 2h or 7d"))
        return nil
    }

    func size(_ node: SyntaxNode) -> Int64? {
        guard let text = literal(node, "a size") else { return nil }
        if let size = SizeText.parse(text) { return size }
        add(.badQuantity(text, node.span, kind: "size", examples: "512KiB, 10MB or 2GiB"))
        return nil
    }

    /// Minutes since midnight of a time such as `02:00`.
    func timeOfDay(_ node: SyntaxNode) -> Int? {
        guard let text = literal(node, "a time of day") else { return nil }
        if let minutes = TimeOfDay.minutes(text) { return minutes }
        add(.badQuantity(text, node.span, kind: "time of day", examples: "\"02:00\" or \"23:30\""))
        return nil
    }

    /// The bits of a file mode, which must be a quoted octal number: unquoted, YAML reads a decimal one.
    func mode(_ node: SyntaxNode) -> UInt32? {
        guard let text = text(node, "a quoted octal mode") else { return nil }
        let isOctal = (3...4).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x37).contains($0) }
        guard isOctal, node.scalar?.style != .plain else {
            add(.badMode(text, node.span, isOctal: isOctal))
            return nil
        }
        return UInt32(text, radix: 8)
    }

    /// A name that can stand in expressions.
    func identifier(_ text: String, _ span: Span, _ what: String) -> String? {
        if StepID.isValid(text) { return text }
        add(.badName(text, span, what))
        return nil
    }
}

enum TimeOfDay {
    /// Minutes since midnight; nil where the text is no time of day.
    static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hours = Int(parts[0]),
            let minutes = Int(parts[1]), 0..<24 ~= hours, 0..<60 ~= minutes
        else { return nil }
        return hours * 60 + minutes
    }
}

extension String {
    /// The text with `$${{`, which is how a literal `${{` is written, as that.
    var withoutTemplateEscapes: String {
        utf8.contains(UInt8(ascii: "$")) ? replacing("$${{", with: "${{") : self
    }

    /// Where the first `${{` stands that is not written as `$${{`, in UTF-8 offsets.
    var templateStart: Range<Int>? {
        guard utf8.contains(UInt8(ascii: "$")) else { return nil }
        let bytes = Array(utf8)
        for index in bytes.indices where bytes[index...].starts(with: "${{".utf8) {
            if index == 0 || bytes[index - 1] != UInt8(ascii: "$") { return index..<index + 3 }
        }
        return nil
    }
}
