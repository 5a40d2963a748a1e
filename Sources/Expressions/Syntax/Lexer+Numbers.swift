extension Lexer {
    mutating func number() throws(ExpressionProblem) -> Token.Kind {
        let start = position
        let kind =
            peek() == Ascii.zero && (peek(1) == Ascii.x || peek(1) == Ascii.upperX)
            ? try hexadecimal(start) : try decimal(start)
        guard peek()?.isIdentifierPart != true else { throw unitProblem(start) }
        return kind
    }

    private mutating func hexadecimal(_ start: Int) throws(ExpressionProblem) -> Token.Kind {
        position += 2
        while peek()?.hexValue != nil { position += 1 }
        return try integer(text(start + 2..<position), radix: 16, start)
    }

    private mutating func decimal(_ start: Int) throws(ExpressionProblem) -> Token.Kind {
        skipDigits()
        var isDouble = false
        if peek() == Ascii.dot, peek(1)?.isDigit == true {
            isDouble = true
            position += 1
            skipDigits()
        }
        if let byte = peek(), byte == Ascii.e || byte == Ascii.upperE {
            let sign = peek(1) == Ascii.plus || peek(1) == Ascii.minus ? 1 : 0
            if peek(1 + sign)?.isDigit == true {
                isDouble = true
                position += 1 + sign
                skipDigits()
            }
        }
        guard isDouble else { return try integer(text(start..<position), radix: 10, start) }
        return .double(Double(text(start..<position)) ?? 0)
    }

    private mutating func skipDigits() {
        while peek()?.isDigit == true { position += 1 }
    }

    private mutating func integer(_ digits: String, radix: Int, _ start: Int) throws(ExpressionProblem) -> Token.Kind {
        let isUnsigned = peek() == Ascii.u || peek() == Ascii.upperU
        if isUnsigned { position += 1 }
        guard let magnitude = UInt64(digits, radix: radix) else {
            let what = digits.isEmpty ? "'0x' needs digits" : "this number does not fit in 64 bits"
            throw ExpressionProblem(range: start..<position, message: what)
        }
        if isUnsigned { return .uint(magnitude) }
        if magnitude == UInt64(Int64.max) + 1 { return .intMagnitude }
        guard let value = Int64(exactly: magnitude) else {
            throw ExpressionProblem(
                range: start..<position, message: "this number does not fit in 64 bits with sign",
                help: "write it with 'u' at its end to have it unsigned")
        }
        return .int(value)
    }

    /// For `10s` and `2GiB`, which are no literals.
    private mutating func unitProblem(_ start: Int) -> ExpressionProblem {
        while peek()?.isIdentifierPart == true { position += 1 }
        let word = text(start..<position)
        let help: String? =
            if (try? TimeSpan(parsing: word)) != nil {
                "write duration(\"\(word)\")"
            } else if ByteSize.parse(word) != nil {
                "write size_bytes(\"\(word)\")"
            } else {
                nil
            }
        return ExpressionProblem(range: start..<position, message: "'\(word)' is not a number", help: help)
    }
}
