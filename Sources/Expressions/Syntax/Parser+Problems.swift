extension Parser {
    /// Reads a whole source: one expression and nothing after it.
    static func parse(_ bytes: [UInt8], expandsMacros: Bool = true) throws(ExpressionProblem) -> Syntax {
        guard bytes.count <= maxLength else {
            throw ExpressionProblem(
                range: maxLength..<bytes.count, message: "an expression can have \(maxLength) bytes at most")
        }
        var parser = try Parser(bytes, expandsMacros: expandsMacros)
        if case .end = parser.token.kind {
            throw ExpressionProblem(range: 0..<bytes.count, message: "the expression is empty")
        }
        let syntax = try parser.expression()
        if case .end = parser.token.kind { return syntax }
        throw parser.unexpected("expected an operator")
    }

    /// The problem that the current token is, with what was expected instead.
    func unexpected(_ expected: String) -> ExpressionProblem {
        let range = token.range
        switch token.kind {
        case .end:
            return ExpressionProblem(
                range: max(0, range.lowerBound - 1)..<range.upperBound, message: "the expression ends too early",
                help: expected)
        case .identifier(let word):
            if let help = Self.wordHelp[word.lowercased()] {
                return ExpressionProblem(
                    range: range, message: "'\(word)' is not an operator of expressions", help: help)
            }
            return ExpressionProblem(range: range, message: "\(expected), found '\(word)'")
        case .string, .bytes:
            return ExpressionProblem(
                range: range, message: "\(expected), found a string",
                help: "a quote inside a string is written with '\\' before it")
        case .symbol(let symbol) where [")", "]", "}"].contains(symbol) && expected == "expected an operator":
            return ExpressionProblem(range: range, message: "this '\(symbol)' closes nothing")
        default:
            return ExpressionProblem(range: range, message: "\(expected), found '\(lexer.text(range))'")
        }
    }

    /// `not x` and `if x`: a name that another value follows at once.
    func refuseWordBefore(_ name: String, _ range: Range<Int>) throws(ExpressionProblem) {
        switch token.kind {
        case .identifier("in"), .symbol, .end: return
        default: break
        }
        guard name.lowercased() == "not" else { return }
        throw ExpressionProblem(
            range: range, message: "'\(name)' is not an operator of expressions", help: "use '!'")
    }

    private static let wordHelp: [String: String] = [
        "and": "use '&&'", "or": "use '||'", "not": "use '!'", "is": "use '=='", "eq": "use '=='",
        "ne": "use '!='", "gt": "use '>'", "lt": "use '<'", "if": "use 'condition ? a : b'", "xor": "use '!='",
        "then": "use 'condition ? a : b'", "else": "use 'condition ? a : b'", "contains": "use a.contains(b)",
        "matches": "use a.matches(b)", "mod": "use '%'", "div": "use '/'",
    ]
}
