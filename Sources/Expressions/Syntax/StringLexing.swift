/// Reads string and bytes literals with their escapes.
enum StringLexing {
    /// Reads the string at the lexer's position; `start` is where the literal began, with its prefix.
    static func read(_ lexer: inout Lexer, from start: Int, isRaw: Bool = false) throws(ExpressionProblem) -> String {
        String(decoding: try contents(&lexer, start, isRaw: isRaw, isBytes: false), as: UTF8.self)
    }

    /// Reads the bytes literal at the lexer's position, which is at the quote.
    static func readBytes(_ lexer: inout Lexer, from start: Int, isRaw: Bool = false)
        throws(ExpressionProblem) -> [UInt8]
    {
        try contents(&lexer, start, isRaw: isRaw, isBytes: true)
    }

    private static func contents(_ lexer: inout Lexer, _ start: Int, isRaw: Bool, isBytes: Bool)
        throws(ExpressionProblem) -> [UInt8]
    {
        let quote = lexer.bytes[lexer.position]
        let isTriple = lexer.peek(1) == quote && lexer.peek(2) == quote
        let closing = isTriple ? 3 : 1
        lexer.position += closing
        var result: [UInt8] = []
        while let byte = lexer.peek() {
            if byte == quote, !isTriple || (lexer.peek(1) == quote && lexer.peek(2) == quote) {
                lexer.position += closing
                return result
            }
            if !isTriple, byte == Ascii.newline || byte == Ascii.carriageReturn { break }
            if byte == Ascii.backslash, !isRaw {
                try escape(&lexer, &result, isBytes: isBytes)
            } else if byte == Ascii.carriageReturn, lexer.peek(1) == Ascii.newline {
                lexer.position += 1  // A line break is one newline in whatever file it stands.
            } else {
                result.append(byte)
                lexer.position += 1
            }
        }
        throw unterminated(start..<lexer.position, quote)
    }

    private static func unterminated(_ range: Range<Int>, _ quote: UInt8) -> ExpressionProblem {
        let mark = quote == Ascii.quote ? "\"" : "'"
        return ExpressionProblem(
            range: range, message: "this string is never closed",
            help: "close it with \(mark), or escape a quote as \\\(mark)")
    }

    private static func escape(_ lexer: inout Lexer, _ result: inout [UInt8], isBytes: Bool)
        throws(ExpressionProblem)
    {
        let start = lexer.position
        let code = lexer.peek(1)
        lexer.position += 2
        switch code {
        case Ascii.backslash?, Ascii.quote?, Ascii.apostrophe?, Ascii.backtick?, Ascii.question?:
            result.append(code!)
        case UInt8(ascii: "x")?, UInt8(ascii: "X")?:
            append(try digits(&lexer, start, count: 2, radix: 16), &result, isBytes: isBytes)
        case UInt8(ascii: "u")? where !isBytes:
            try appendScalar(try digits(&lexer, start, count: 4, radix: 16), &result, start..<lexer.position)
        case UInt8(ascii: "U")? where !isBytes:
            try appendScalar(try digits(&lexer, start, count: 8, radix: 16), &result, start..<lexer.position)
        case UInt8(ascii: "0")?, UInt8(ascii: "1")?, UInt8(ascii: "2")?, UInt8(ascii: "3")?:
            lexer.position -= 1
            append(try digits(&lexer, start, count: 3, radix: 8), &result, isBytes: isBytes)
        default:
            guard let code, let control = controls[code] else {
                lexer.position = min(lexer.position, lexer.bytes.count)
                throw unknownEscape(start..<lexer.position)
            }
            result.append(control)
        }
    }

    private static let controls: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10,
        UInt8(ascii: "v"): 11, UInt8(ascii: "f"): 12, UInt8(ascii: "r"): 13,
    ]

    private static func unknownEscape(_ range: Range<Int>) -> ExpressionProblem {
        ExpressionProblem(
            range: range, message: "unknown escape in a string",
            help: "write '\\\\' for a backslash, or put r before the string for a pattern: r\"\\d+\"")
    }

    private static func digits(_ lexer: inout Lexer, _ start: Int, count: Int, radix: Int)
        throws(ExpressionProblem) -> UInt32
    {
        let end = min(lexer.position + count, lexer.bytes.count)
        let text = lexer.text(lexer.position..<end)
        guard text.utf8.count == count, text.utf8.allSatisfy({ $0.hexValue != nil }),
            let value = UInt32(text, radix: radix)
        else { throw unknownEscape(start..<end) }
        lexer.position = end
        return value
    }

    private static func append(_ value: UInt32, _ result: inout [UInt8], isBytes: Bool) {
        if isBytes {
            result.append(UInt8(truncatingIfNeeded: value))
        } else if let scalar = Unicode.Scalar(value) {
            result.append(contentsOf: String(scalar).utf8)
        }
    }

    private static func appendScalar(_ value: UInt32, _ result: inout [UInt8], _ range: Range<Int>)
        throws(ExpressionProblem)
    {
        guard let scalar = Unicode.Scalar(value) else {
            throw ExpressionProblem(range: range, message: "this is not a Unicode code point")
        }
        result.append(contentsOf: String(scalar).utf8)
    }
}
