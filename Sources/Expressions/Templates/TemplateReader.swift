/// Cuts a template into text and expressions; an expression ends where CEL ends.
struct TemplateReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    consuming func parts() throws(ExpressionProblem) -> [ParsedTemplate.Part] {
        var parts: [ParsedTemplate.Part] = []
        var text: [UInt8] = []
        while position < bytes.count {
            if isAt("$${{") {
                text += Array("${{".utf8)
                position += 4
            } else if isAt("${{") {
                if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
                text = []
                parts.append(.expression(try expression()))
            } else {
                text.append(bytes[position])
                position += 1
            }
        }
        if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
        return parts
    }

    private func isAt(_ mark: StaticString) -> Bool {
        mark.withUTF8Buffer { mark in
            position + mark.count <= bytes.count && bytes[position..<position + mark.count].elementsEqual(mark)
        }
    }

    private mutating func expression() throws(ExpressionProblem) -> Syntax {
        let open = position..<position + 3
        var parser = try Parser(bytes, from: open.upperBound)
        if case .end = parser.token.kind { throw unclosed(open) }
        if parser.token.isSymbol("}") {
            let range = open.lowerBound..<parser.token.range.upperBound
            throw ExpressionProblem(range: range, message: "the expression is empty")
        }
        let syntax = try parser.expression()
        if case .end = parser.token.kind { throw unclosed(open) }
        position = parser.token.range.lowerBound
        guard isAt("}}") else { throw parser.unexpected("expected '}}'") }
        position += 2
        return syntax
    }

    private func unclosed(_ open: Range<Int>) -> ExpressionProblem {
        ExpressionProblem(
            range: open, message: "this '${{' is never closed", help: "add '}}', or write '$${{' for the text '${{'")
    }
}
