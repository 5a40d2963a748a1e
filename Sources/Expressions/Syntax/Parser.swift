/// Reads an expression by recursive descent; stops at the first problem.
struct Parser {
    /// How deep brackets may be nested: small enough for a thread with 512 KiB of stack, without optimisation.
    static let maxNesting = 40
    /// How deep a tree may be, which rows of operators make deep as well.
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
    ///
    /// The functions between here and `primary` are small on purpose: they are all on the stack for each level of
    /// nesting, and without optimisation every local of every branch has a place there.
    mutating func expression() throws(ExpressionProblem) -> Syntax {
        nesting += 1
        defer { nesting -= 1 }
        if nesting > Self.maxNesting { throw tooDeep(token.range, Self.maxNesting) }
        let condition = try operation(above: 0)
        if token.isSymbol("?") { return try conditional(condition) }
        return condition
    }

    private mutating func conditional(_ condition: Syntax) throws(ExpressionProblem) -> Syntax {
        let question = token.range
        try advance()
        let isDot = token.isSymbol(".") && token.range.lowerBound == question.upperBound
        let whenTrue = try operation(above: 0)
        if isDot, !token.isSymbol(":") {
            throw ExpressionProblem(
                range: question.lowerBound..<question.upperBound + 1,
                message: "'?.' is not an operator of expressions", help: "write a.?b")
        }
        try expect(":", "the two branches of '?'")
        let whenFalse = try expression()
        return try node(
            condition.range.lowerBound, .conditional(condition, whenTrue, whenFalse), [condition, whenTrue, whenFalse])
    }

    /// Operators that bind more tightly than the given precedence, from left to right.
    private mutating func operation(above floor: Int) throws(ExpressionProblem) -> Syntax {
        var left = try unary()
        while precedence > floor {
            left = token.isSymbol("||") || token.isSymbol("&&") ? try chain(left) : try binary(left)
        }
        return left
    }

    /// How tightly the operator that the token is binds; 0 where it is none.
    private var precedence: Int {
        switch token.kind {
        case .symbol("||"): 1
        case .symbol("&&"): 2
        case .symbol(let symbol): BinaryOperator(rawValue: symbol)?.precedence ?? 0
        case .identifier("in"): BinaryOperator.isIn.precedence
        default: 0
        }
    }

    /// The operand with the operator that the token is, and what is on its right.
    private mutating func binary(_ left: Syntax) throws(ExpressionProblem) -> Syntax {
        let sign = BinaryOperator(rawValue: lexer.text(token.range)) ?? .isIn
        return try node(binary: sign, left, try operand(above: sign.precedence))
    }

    private func node(binary sign: BinaryOperator, _ left: Syntax, _ right: Syntax) throws(ExpressionProblem)
        -> Syntax
    {
        try node(left.range.lowerBound, .binary(sign, left, right), [left, right])
    }

    /// What is on the right of the operator that the token is.
    private mutating func operand(above floor: Int) throws(ExpressionProblem) -> Syntax {
        try advance()
        return try operation(above: floor)
    }

    private mutating func chain(_ first: Syntax) throws(ExpressionProblem) -> Syntax {
        let floor = precedence
        var terms = [first]
        while precedence == floor { terms.append(try operand(above: floor)) }
        return try node(chain: terms, isOr: floor == 1)
    }

    private func node(chain terms: [Syntax], isOr: Bool) throws(ExpressionProblem) -> Syntax {
        try node(terms[0].range.lowerBound, isOr ? .or(terms) : .and(terms), terms)
    }

    private mutating func unary() throws(ExpressionProblem) -> Syntax {
        if token.isSymbol("!") || token.isSymbol("-") { return try signed() }
        return try postfix(try primary())
    }

    /// Signs are collected in a loop, for a row of them must not cost stack.
    private mutating func signed() throws(ExpressionProblem) -> Syntax {
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
        guard depth <= Self.maxDepth else { throw tooDeep(range, Self.maxDepth) }
        return Syntax(range: range, kind: kind, depth: depth)
    }

    private func tooDeep(_ range: Range<Int>, _ limit: Int) -> ExpressionProblem {
        ExpressionProblem(
            range: range, message: "this expression is nested more than \(limit) levels deep",
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
