/// Cuts the text of an expression into tokens, one at a time, so that a template can stop where CEL ends.
struct Lexer {
    let bytes: [UInt8]
    var position: Int

    init(_ bytes: [UInt8], from start: Int = 0) {
        self.bytes = bytes
        position = start
    }

    func peek(_ ahead: Int = 0) -> UInt8? {
        position + ahead < bytes.count ? bytes[position + ahead] : nil
    }

    mutating func next() throws(ExpressionProblem) -> Token {
        skipBlanks()
        let start = position
        guard let byte = peek() else { return Token(kind: .end, range: start..<start) }
        let kind: Token.Kind
        if byte.isIdentifierStart {
            kind = try word()
        } else if byte.isDigit || (byte == Ascii.dot && peek(1)?.isDigit == true) {
            kind = try number()
        } else if byte == Ascii.quote || byte == Ascii.apostrophe {
            kind = .string(try StringLexing.read(&self, from: start))
        } else if byte == Ascii.backtick {
            kind = try quotedField()
        } else {
            kind = try symbol()
        }
        return Token(kind: kind, range: start..<position)
    }

    private mutating func skipBlanks() {
        while let byte = peek() {
            if byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0B {
                position += 1
            } else if byte == Ascii.slash, peek(1) == Ascii.slash {
                while let byte = peek(), byte != Ascii.newline { position += 1 }
            } else {
                return
            }
        }
    }

    /// An identifier, or a string with a prefix such as `r"…"` or `b'…'`.
    private mutating func word() throws(ExpressionProblem) -> Token.Kind {
        let start = position
        while peek()?.isIdentifierPart == true { position += 1 }
        guard let quote = peek(), quote == Ascii.quote || quote == Ascii.apostrophe, position - start <= 2 else {
            return .identifier(text(start..<position))
        }
        switch text(start..<position).lowercased() {
        case "r": return .string(try StringLexing.read(&self, from: start, isRaw: true))
        case "b": return .bytes(try StringLexing.readBytes(&self, from: start))
        case "br", "rb": return .bytes(try StringLexing.readBytes(&self, from: start, isRaw: true))
        default: return .identifier(text(start..<position))
        }
    }

    private mutating func quotedField() throws(ExpressionProblem) -> Token.Kind {
        let start = position
        position += 1
        while let byte = peek(), byte != Ascii.backtick, byte != Ascii.newline { position += 1 }
        guard peek() == Ascii.backtick, position > start + 1 else {
            throw ExpressionProblem(range: start..<position, message: "this quoted field name is never closed")
        }
        position += 1
        return .quotedField(text(start + 1..<position - 1))
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

extension Lexer {
    private mutating func symbol() throws(ExpressionProblem) -> Token.Kind {
        let first = bytes[position]
        if "=!<*?+$&|#;".utf8.contains(first) { try refuseSlips() }
        let isPair = peek(1) == UInt8(ascii: "=") && "=!<>".utf8.contains(first)
        if isPair || startsWith("&&") || startsWith("||") {
            position += 2
            return .symbol(text(position - 2..<position))
        }
        guard "()[]{}.,:?+-*/%<>!".utf8.contains(first) else { throw unexpectedCharacter() }
        position += 1
        return .symbol(text(position - 1..<position))
    }

    func startsWith(_ text: String) -> Bool {
        position + text.utf8.count <= bytes.count && bytes[position...].starts(with: text.utf8)
    }

    /// What people write who think of another language, and what CEL has for it.
    private func refuseSlips() throws(ExpressionProblem) {
        let slips = [
            ("===", "use '=='"), ("!==", "use '!='"), ("<>", "use '!='"), ("=>", "use '>=' for 'at least'"),
            ("=~", "use matches: text.matches(\"pattern\")"), ("=<", "use '<='"), ("**", "there is no power operator"),
            ("??", "use orValue: a.?b.orValue(c)"), ("++", "values cannot be changed"),
            ("${{", "an expression stands alone here, without '${{ }}'"), ("$", "names have no '$'"),
            ("&", "use '&&'"), ("|", "use '||'"), ("#", "comments start with '//'"), (";", "one expression only"),
        ]
        for (slip, help) in slips where startsWith(slip) && !startsWith("&&") && !startsWith("||") {
            throw problem(slip, help)
        }
        if startsWith("="), !startsWith("==") { throw problem("=", "use '==' to compare") }
    }

    private func problem(_ slip: String, _ help: String) -> ExpressionProblem {
        ExpressionProblem(
            range: position..<position + slip.utf8.count, message: "'\(slip)' is not an operator of expressions",
            help: help)
    }

    private func unexpectedCharacter() -> ExpressionProblem {
        let rest = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
        let character = rest.unicodeScalars.first.map(String.init) ?? ""
        let isQuote = ["“", "”", "„", "‘", "’", "«", "»"].contains(character)
        return ExpressionProblem(
            range: position..<min(position + character.utf8.count, bytes.count),
            message: "unexpected character '\(character)'", help: isQuote ? "use straight quotes: \"…\"" : nil)
    }
}
