/// Reads an expression by recursive descent; stops at the first problem.
struct Parser {
    /// How deep a tree may be: small enough for a thread with 512 KiB of stack.
    static let maxDepth = 100
    /// How long the text of an expression may be.
    static let maxLength = 65_536

    var lexer: Lexer
    var token: Token
    let expandsMacros: Bool
    private var nesting = 0

    init(_ bytes: [UInt8], from start: Int = 0, expandsMacros: Bool = true) throws(ExpressionProblem) {
        lexer = Lexer(bytes, from: start)
        self.expandsMacros = expandsMacros
        token = try lexer.next()
    }

    /// Reads one expression and leaves the token after it in `token`.
    mutating func expression() throws(ExpressionProblem) -> Syntax {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.maxDepth else { throw tooDeep(token.range) }
        let condition = try disjunction()
        guard token.isSymbol("?") else { return condition }
        try advance()
        let whenTrue = try disjunction()
        try expect(":", "the two branches of '?'")
        let whenFalse = try expression()
        return try node(
            condition.range.lowerBound, .conditional(condition, whenTrue, whenFalse), [condition, whenTrue, whenFalse])
    }

    private mutating func disjunction() throws(ExpressionProblem) -> Syntax {
        let first = try conjunction()
        guard token.isSymbol("||") else { return first }
        var terms = [first]
        while token.isSymbol("||") {
            try advance()
            terms.append(try conjunction())
        }
        return try node(first.range.lowerBound, .or(terms), terms)
    }

    private mutating func conjunction() throws(ExpressionProblem) -> Syntax {
        let first = try binary(above: 0)
        guard token.isSymbol("&&") else { return first }
        var terms = [first]
        while token.isSymbol("&&") {
            try advance()
            terms.append(try binary(above: 0))
        }
        return try node(first.range.lowerBound, .and(terms), terms)
    }

    /// Operators that bind more tightly than the given precedence, from left to right.
    private mutating func binary(above floor: Int) throws(ExpressionProblem) -> Syntax {
        var left = try unary()
        while let operation = currentOperator, operation.precedence > floor {
            try advance()
            let right = try binary(above: operation.precedence)
            left = try node(left.range.lowerBound, .binary(operation, left, right), [left, right])
        }
        return left
    }

    private var currentOperator: BinaryOperator? {
        switch token.kind {
        case .symbol(let symbol): BinaryOperator(rawValue: symbol)
        case .identifier("in"): .isIn
        default: nil
        }
    }

    private mutating func unary() throws(ExpressionProblem) -> Syntax {
        var signs: [Token] = []
        while token.isSymbol("!") || token.isSymbol("-") {
            if token.isSymbol("-"), let literal = try negativeLiteral() {
                return try applySigns(signs, try postfix(literal))
            }
            signs.append(token)
            try advance()
        }
        return try applySigns(signs, try postfix(try primary()))
    }

    /// Signs are collected in a loop, for a row of them must not cost stack.
    private func applySigns(_ signs: [Token], _ operand: Syntax) throws(ExpressionProblem) -> Syntax {
        var result = operand
        for sign in signs.reversed() {
            let range = sign.range.lowerBound..<result.range.upperBound
            let kind: Syntax.Kind = sign.isSymbol("!") ? .not(result) : .negate(result)
            result = try node(range, kind, [result])
        }
        return result
    }

    /// `-1` is one literal, so that the smallest integer can be written.
    private mutating func negativeLiteral() throws(ExpressionProblem) -> Syntax? {
        let minus = token
        try advance()
        let value: Value
        switch token.kind {
        case .int(let number): value = .int(-number)
        case .intMagnitude: value = .int(.min)
        case .double(let number): value = .double(-number)
        default:
            lexer.position = minus.range.upperBound
            token = minus
            return nil
        }
        let range = minus.range.lowerBound..<token.range.upperBound
        try advance()
        return try node(range, .literal(value), [])
    }
}

extension Parser {
    mutating func advance() throws(ExpressionProblem) { token = try lexer.next() }

    /// A node from `start` to the end of its last child.
    func node(_ start: Int, _ kind: Syntax.Kind, _ children: [Syntax]) throws(ExpressionProblem) -> Syntax {
        let end = children.map(\.range.upperBound).max() ?? start
        return try node(start..<max(start, end), kind, children)
    }

    func node(_ range: Range<Int>, _ kind: Syntax.Kind, _ children: [Syntax]) throws(ExpressionProblem) -> Syntax {
        let depth = 1 + (children.map(\.depth).max() ?? 0)
        guard depth <= Self.maxDepth else { throw tooDeep(range) }
        return Syntax(range: range, kind: kind, depth: depth)
    }

    private func tooDeep(_ range: Range<Int>) -> ExpressionProblem {
        ExpressionProblem(
            range: range, message: "this expression is nested more than \(Self.maxDepth) levels deep",
            help: "compute a part of it in a step of its own")
    }

    mutating func expect(_ symbol: String, _ what: String) throws(ExpressionProblem) {
        guard token.isSymbol(symbol) else { throw unexpected("expected '\(symbol)' in \(what)") }
        try advance()
    }

    /// Reads up to a closing bracket; the opening one is named where there is none.
    mutating func close(_ symbol: String, opened: Token) throws(ExpressionProblem) -> Int {
        let end = token.range.upperBound
        guard token.isSymbol(symbol) else {
            guard case .end = token.kind else { throw unexpected("expected '\(symbol)'") }
            let open = lexer.text(opened.range)
            throw ExpressionProblem(
                range: opened.range, message: "this '\(open)' is never closed", help: "add '\(symbol)'")
        }
        try advance()
        return end
    }
}
