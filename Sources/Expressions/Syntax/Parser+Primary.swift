extension Parser {
    mutating func primary() throws(ExpressionProblem) -> Syntax {
        if token.isSymbol("(") { return try parenthesised() }
        if token.isSymbol("[") { return try list() }
        if token.isSymbol("{") { return try map() }
        return try leaf()
    }

    private mutating func parenthesised() throws(ExpressionProblem) -> Syntax {
        let open = token
        try advance()
        let inner = try expression()
        let end = try close(")", opened: open)
        return Syntax(range: open.range.lowerBound..<end, kind: inner.kind, depth: inner.depth)
    }

    private mutating func leaf() throws(ExpressionProblem) -> Syntax {
        let start = token.range.lowerBound
        switch token.kind {
        case .int(let value): return try literal(.int(value))
        case .uint(let value): return try literal(.uint(value))
        case .double(let value): return try literal(.double(value))
        case .string(let value): return try literal(.string(value))
        case .bytes(let value): return try literal(.bytes(value))
        case .identifier(let name): return try nameOrCall(name, isAbsolute: false, from: start)
        case .symbol("."):
            try advance()
            guard case .identifier(let name) = token.kind else { throw unexpected("expected a name after '.'") }
            return try nameOrCall(name, isAbsolute: true, from: start)
        case .intMagnitude:
            throw ExpressionProblem(range: token.range, message: "this number does not fit in 64 bits with sign")
        default: throw unexpected("expected a value")
        }
    }

    private mutating func literal(_ value: Value) throws(ExpressionProblem) -> Syntax {
        let range = token.range
        try advance()
        return try node(range, .literal(value), [])
    }

    private mutating func nameOrCall(_ name: String, isAbsolute: Bool, from start: Int)
        throws(ExpressionProblem) -> Syntax
    {
        let nameRange = token.range
        switch name {
        case "true": return try literal(.bool(true))
        case "false": return try literal(.bool(false))
        case "null": return try literal(.null)
        default: break
        }
        guard name != "in", !Self.reservedWords.contains(name) else {
            throw ExpressionProblem(range: nameRange, message: "'\(name)' is a reserved word")
        }
        try advance()
        if token.isSymbol("(") {
            return try call(name, nameRange, receiver: nil, from: start)
        }
        try refuseWordBefore(name, nameRange)
        return try node(start..<nameRange.upperBound, .name(name, isAbsolute: isAbsolute), [])
    }

    /// Words that other languages keep for themselves, which CEL does as well.
    private static let reservedWords: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ]

    private mutating func list() throws(ExpressionProblem) -> Syntax {
        let open = token
        try advance()
        var elements: [Syntax.Element] = []
        while !token.isSymbol("]") {
            let isOptional = try optionalMark()
            elements.append(Syntax.Element(value: try expression(), isOptional: isOptional))
            guard token.isSymbol(",") else { break }
            try advance()
        }
        let end = try close("]", opened: open)
        return try node(open.range.lowerBound..<end, .list(elements), elements.map(\.value))
    }

    private mutating func map() throws(ExpressionProblem) -> Syntax {
        let open = token
        try advance()
        try refuseDoubleBrace(open)
        var entries: [Syntax.Entry] = []
        while !token.isSymbol("}") {
            entries.append(try entry())
            guard token.isSymbol(",") else { break }
            try advance()
        }
        return try node(map: entries, open)
    }

    private mutating func entry() throws(ExpressionProblem) -> Syntax.Entry {
        let isOptional = try optionalMark()
        let key = try expression()
        guard token.isSymbol(":") else { throw unexpected("expected ':' after the key of a map") }
        try advance()
        return Syntax.Entry(key: key, value: try expression(), isOptional: isOptional)
    }

    private mutating func node(map entries: [Syntax.Entry], _ open: Token) throws(ExpressionProblem) -> Syntax {
        let end = try close("}", opened: open)
        return try node(open.range.lowerBound..<end, .map(entries), entries.flatMap { [$0.key, $0.value] })
    }

    private mutating func optionalMark() throws(ExpressionProblem) -> Bool {
        guard token.isSymbol("?") else { return false }
        try advance()
        return true
    }

    /// A map cannot be a key, so `{{` is always the mark of some template language.
    private func refuseDoubleBrace(_ open: Token) throws(ExpressionProblem) {
        guard token.isSymbol("{"), token.range.lowerBound == open.range.upperBound else { return }
        throw ExpressionProblem(
            range: open.range.lowerBound..<token.range.upperBound, message: "'{{' is not part of expressions",
            help: "write the expression alone, or in text as ${{ … }}")
    }
}

extension Parser {
    /// `.field`, `.?field`, `.method()`, `[index]`, `[?index]`, from left to right.
    mutating func postfix(_ operand: Syntax) throws(ExpressionProblem) -> Syntax {
        var result = operand
        while true {
            if token.isSymbol(".") {
                result = try selection(result)
            } else if token.isSymbol("[") {
                result = try indexed(result)
            } else {
                return result
            }
        }
    }

    private mutating func indexed(_ operand: Syntax) throws(ExpressionProblem) -> Syntax {
        let open = token
        try advance()
        let isOptional = try optionalMark()
        let index = try expression()
        let range = operand.range.lowerBound..<(try close("]", opened: open))
        return try node(range, .index(operand, index, isOptional: isOptional), [operand, index])
    }

    private mutating func selection(_ operand: Syntax) throws(ExpressionProblem) -> Syntax {
        try advance()
        let isOptional = try optionalMark()
        let isQuoted = if case .quotedField = token.kind { true } else { false }
        let field = try field()
        if !isOptional, !isQuoted, token.isSymbol("(") {
            return try call(field.name, field.range, receiver: operand, from: operand.range.lowerBound)
        }
        let range = operand.range.lowerBound..<field.range.upperBound
        return try node(range, .select(operand, field, isOptional: isOptional), [operand])
    }

    private mutating func field() throws(ExpressionProblem) -> Syntax.Field {
        let range = token.range
        switch token.kind {
        case .identifier(let name) where !["in", "true", "false", "null"].contains(name), .quotedField(let name):
            try advance()
            return Syntax.Field(name: name, range: range)
        default: throw unexpected("expected a field name after '.'")
        }
    }

    private mutating func call(_ name: String, _ nameRange: Range<Int>, receiver: Syntax?, from start: Int)
        throws(ExpressionProblem) -> Syntax
    {
        let open = token
        let arguments = try arguments()
        let range = start..<(try close(")", opened: open))
        return try node(call: name, nameRange, receiver, arguments, range)
    }

    private mutating func arguments() throws(ExpressionProblem) -> [Syntax] {
        try advance()
        var arguments: [Syntax] = []
        while !token.isSymbol(")") {
            arguments.append(try expression())
            guard token.isSymbol(",") else { break }
            try advance()
            if token.isSymbol(")") { throw unexpected("expected an argument after ','") }
        }
        return arguments
    }

    private func node(
        call name: String, _ nameRange: Range<Int>, _ receiver: Syntax?, _ arguments: [Syntax], _ range: Range<Int>
    ) throws(ExpressionProblem) -> Syntax {
        if expandsMacros, let macro = try macro(name, nameRange, receiver, arguments, range) { return macro }
        return try node(
            range, .call(name, nameRange: nameRange, receiver: receiver, arguments),
            (receiver.map { [$0] } ?? []) + arguments)
    }
}
