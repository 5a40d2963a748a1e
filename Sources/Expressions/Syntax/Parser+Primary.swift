extension Parser {
    mutating func primary() throws(ExpressionProblem) -> Syntax {
        let start = token
        switch token.kind {
        case .int(let value): return try literal(.int(value))
        case .uint(let value): return try literal(.uint(value))
        case .double(let value): return try literal(.double(value))
        case .string(let value): return try literal(.string(value))
        case .bytes(let value): return try literal(.bytes(value))
        case .identifier(let name): return try nameOrCall(name, isAbsolute: false, from: start)
        case .symbol("("):
            try advance()
            let inner = try expression()
            let end = try close(")", opened: start)
            return Syntax(range: start.range.lowerBound..<end, kind: inner.kind, depth: inner.depth)
        case .symbol("["): return try list()
        case .symbol("{"): return try map()
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

    private mutating func nameOrCall(_ name: String, isAbsolute: Bool, from start: Token)
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
            return try call(name, nameRange, receiver: nil, from: start.range.lowerBound)
        }
        try refuseWordBefore(name, nameRange)
        return try node(start.range.lowerBound..<nameRange.upperBound, .name(name, isAbsolute: isAbsolute), [])
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
            let isOptional = try optionalMark()
            let key = try expression()
            try expectColon(after: key)
            entries.append(Syntax.Entry(key: key, value: try expression(), isOptional: isOptional))
            guard token.isSymbol(",") else { break }
            try advance()
        }
        let end = try close("}", opened: open)
        return try node(open.range.lowerBound..<end, .map(entries), entries.flatMap { [$0.key, $0.value] })
    }

    private mutating func optionalMark() throws(ExpressionProblem) -> Bool {
        guard token.isSymbol("?") else { return false }
        try advance()
        return true
    }

    private mutating func expectColon(after key: Syntax) throws(ExpressionProblem) {
        guard token.isSymbol(":") else { throw unexpected("expected ':' after the key of a map") }
        try advance()
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
                let open = token
                try advance()
                let isOptional = try optionalMark()
                let index = try expression()
                let end = try close("]", opened: open)
                let range = result.range.lowerBound..<end
                result = try node(range, .index(result, index, isOptional: isOptional), [result, index])
            } else if token.isSymbol("("), case .name = result.kind {
                throw unexpected("expected an operator")
            } else {
                return result
            }
        }
    }

    private mutating func selection(_ operand: Syntax) throws(ExpressionProblem) -> Syntax {
        try advance()
        let isOptional = try optionalMark()
        let field: Syntax.Field
        var mayBeCall = false
        switch token.kind {
        case .identifier(let name) where name != "in" && name != "true" && name != "false" && name != "null":
            field = Syntax.Field(name: name, range: token.range)
            mayBeCall = !isOptional
        case .quotedField(let name): field = Syntax.Field(name: name, range: token.range)
        default: throw unexpected("expected a field name after '.'")
        }
        try advance()
        let start = operand.range.lowerBound
        if mayBeCall, token.isSymbol("(") {
            return try call(field.name, field.range, receiver: operand, from: start)
        }
        return try node(
            start..<field.range.upperBound, .select(operand, field, isOptional: isOptional), [operand])
    }

    private mutating func call(_ name: String, _ nameRange: Range<Int>, receiver: Syntax?, from start: Int)
        throws(ExpressionProblem) -> Syntax
    {
        let open = token
        try advance()
        var arguments: [Syntax] = []
        while !token.isSymbol(")") {
            arguments.append(try expression())
            guard token.isSymbol(",") else { break }
            try advance()
            guard !token.isSymbol(")") else { throw unexpected("expected an argument after ','") }
        }
        let range = start..<(try close(")", opened: open))
        if expandsMacros, let macro = try macro(name, nameRange, receiver, arguments, range) { return macro }
        return try node(
            range, .call(name, nameRange: nameRange, receiver: receiver, arguments),
            (receiver.map { [$0] } ?? []) + arguments)
    }
}
