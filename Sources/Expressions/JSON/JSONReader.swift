/// Reads JSON by recursive descent over its bytes.
struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private let maxDepth: Int

    init(_ bytes: [UInt8], maxDepth: Int) {
        self.bytes = bytes
        self.maxDepth = maxDepth
    }

    mutating func document() throws(JSONProblem) -> Value {
        let result = try value()
        skipBlanks()
        guard position == bytes.count else { throw problem("there is text after the JSON value") }
        return result
    }

    private func problem(_ message: String, at offset: Int? = nil) -> JSONProblem {
        JSONProblem(message: message, offset: offset ?? position)
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func value() throws(JSONProblem) -> Value {
        skipBlanks()
        guard position < bytes.count else { throw problem("the JSON ends too early") }
        switch bytes[position] {
        case Ascii.quote: return .string(try string())
        case Ascii.openBrace: return try object()
        case Ascii.openBracket: return try array()
        case UInt8(ascii: "t"): return try word("true", true)
        case UInt8(ascii: "f"): return try word("false", false)
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: StaticString, _ value: Value) throws(JSONProblem) -> Value {
        let count = word.utf8CodeUnitCount
        let isThere = word.withUTF8Buffer { bytes[position...].prefix(count).elementsEqual($0) }
        guard isThere else { throw problem("expected a value") }
        position += count
        return value
    }

    private mutating func enter() throws(JSONProblem) {
        depth += 1
        guard depth <= maxDepth else { throw problem("the JSON is nested more than \(maxDepth) levels deep") }
        position += 1
        skipBlanks()
    }

    /// Whether the bracket closes here; otherwise takes the comma before the next element.
    private mutating func closes(_ bracket: UInt8, isFirst: Bool) throws(JSONProblem) -> Bool {
        skipBlanks()
        guard position < bytes.count else { throw problem("the JSON ends too early") }
        if bytes[position] == bracket {
            position += 1
            depth -= 1
            return true
        }
        if isFirst { return false }
        guard bytes[position] == Ascii.comma else {
            throw problem("expected ',' or '\(Unicode.Scalar(bracket))'")
        }
        position += 1
        return false
    }

    private mutating func array() throws(JSONProblem) -> Value {
        try enter()
        var elements: [Value] = []
        while try !closes(Ascii.closeBracket, isFirst: elements.isEmpty) { elements.append(try value()) }
        return .list(elements)
    }

    private mutating func object() throws(JSONProblem) -> Value {
        try enter()
        var map = ValueMap()
        while try !closes(Ascii.closeBrace, isFirst: map.isEmpty) {
            skipBlanks()
            let start = position
            guard position < bytes.count, bytes[position] == Ascii.quote else {
                throw problem("expected a key in quotes")
            }
            let key = try string()
            skipBlanks()
            guard position < bytes.count, bytes[position] == Ascii.colon else { throw problem("expected ':'") }
            position += 1
            guard map.append(key, try value()) else { throw problem("the key '\(key)' is there twice", at: start) }
        }
        return .map(map)
    }
}

extension JSONReader {
    private mutating func number() throws(JSONProblem) -> Value {
        let start = position
        if position < bytes.count, bytes[position] == Ascii.minus { position += 1 }
        let digits = skipDigits()
        guard digits > 0 else { throw problem("expected a value", at: start) }
        guard digits == 1 || bytes[position - digits] != Ascii.zero else {
            throw problem("a number cannot start with 0", at: start)
        }
        var isInteger = true
        if position < bytes.count, bytes[position] == Ascii.dot {
            isInteger = false
            position += 1
            guard skipDigits() > 0 else { throw problem("expected a digit after '.'") }
        }
        if position < bytes.count, bytes[position] | 0x20 == Ascii.e {
            isInteger = false
            position += 1
            if position < bytes.count, bytes[position] == Ascii.plus || bytes[position] == Ascii.minus { position += 1 }
            guard skipDigits() > 0 else { throw problem("expected a digit in the exponent") }
        }
        if isInteger, let small = smallInteger(start, digits) { return .int(small) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let integer = Int64(text) { return .int(integer) }
        guard let double = Double(text), double.isFinite else { throw problem("this number is too large", at: start) }
        return .double(double)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, bytes[position].isDigit { position += 1 }
        return position - start
    }

    /// Up to 18 digits cannot overflow.
    private func smallInteger(_ start: Int, _ digits: Int) -> Int64? {
        guard digits <= 18 else { return nil }
        var result: Int64 = 0
        for index in position - digits..<position { result = result &* 10 &+ Int64(bytes[index] &- Ascii.zero) }
        return bytes[start] == Ascii.minus ? -result : result
    }

    private mutating func string() throws(JSONProblem) -> String {
        position += 1
        let start = position
        var isAscii = true
        while position < bytes.count {
            let byte = bytes[position]
            if byte == Ascii.quote {
                let text = try text(start..<position, isAscii: isAscii)
                position += 1
                return text
            }
            if byte == Ascii.backslash { return try escapedString(start) }
            guard byte >= 0x20 else { throw problem("a control character in a string must be escaped") }
            if byte >= 0x80 { isAscii = false }
            position += 1
        }
        throw problem("this string is never closed", at: start - 1)
    }

    private func text(_ range: Range<Int>, isAscii: Bool) throws(JSONProblem) -> String {
        if isAscii { return String(decoding: bytes[range], as: UTF8.self) }
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw problem("this string is not UTF-8", at: range.lowerBound)
        }
        return text
    }

    /// The rest of a string from its first backslash on.
    private mutating func escapedString(_ start: Int) throws(JSONProblem) -> String {
        var result = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == Ascii.quote {
                guard let text = String(validating: result, as: UTF8.self) else {
                    throw problem("this string is not UTF-8", at: start)
                }
                return text
            }
            if byte == Ascii.backslash {
                try escape(&result)
            } else if byte < 0x20 {
                throw problem("a control character in a string must be escaped", at: position - 1)
            } else {
                result.append(byte)
            }
        }
        throw problem("this string is never closed", at: start - 1)
    }

    private mutating func escape(_ result: inout [UInt8]) throws(JSONProblem) {
        let code = position < bytes.count ? bytes[position] : 0
        position += 1
        switch code {
        case Ascii.quote, Ascii.backslash, Ascii.slash: result.append(code)
        case UInt8(ascii: "b"): result.append(8)
        case UInt8(ascii: "f"): result.append(12)
        case UInt8(ascii: "n"): result.append(10)
        case UInt8(ascii: "r"): result.append(13)
        case UInt8(ascii: "t"): result.append(9)
        case UInt8(ascii: "u"): result.append(contentsOf: String(try escapedScalar()).utf8)
        default: throw problem("unknown escape in a string", at: position - 2)
        }
    }

    private mutating func escapedScalar() throws(JSONProblem) -> Unicode.Scalar {
        let start = position - 2
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard position + 1 < bytes.count, first < 0xDC00, bytes[position] == Ascii.backslash,
            bytes[position + 1] == Ascii.u
        else { throw problem("half of a surrogate pair in a string", at: start) }
        position += 2
        let second = try codeUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw problem("half of a surrogate pair in a string", at: start) }
        return scalar
    }

    private mutating func codeUnit() throws(JSONProblem) -> UInt32 {
        guard position + 4 <= bytes.count else { throw problem("expected four hexadecimal digits") }
        var result: UInt32 = 0
        for index in position..<position + 4 {
            guard let digit = bytes[index].hexValue else { throw problem("expected four hexadecimal digits") }
            result = result << 4 | UInt32(digit)
        }
        position += 4
        return result
    }
}
