import Diagnostics

extension DecodingContext {
    /// A shell script, into which nothing is ever interpolated: a hostile input cannot become shell code.
    func script(_ node: SyntaxNode) -> String? {
        guard let text = text(node, "a script") else { return nil }
        guard let start = text.templateStart else { return text.withoutTemplateEscapes }
        let bytes = Array(text.utf8)
        let rest = bytes[start.lowerBound...]
        let end = rest.firstRange(of: Array("}}".utf8))?.upperBound ?? start.upperBound
        let expression = String(decoding: bytes[start.upperBound..<max(start.upperBound, end - 2)], as: UTF8.self)
        add(.templateInScript(expression.trimmingSpaces, node.span(ofText: start.lowerBound..<end)))
        return nil
    }
}

extension String {
    var trimmingSpaces: String {
        let trimmed = drop { $0.isWhitespace }
        return String(
            trimmed[..<(trimmed.lastIndex { !$0.isWhitespace }.map(trimmed.index(after:)) ?? trimmed.startIndex)])
    }
}
