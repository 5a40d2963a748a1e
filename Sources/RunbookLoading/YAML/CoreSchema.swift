/// What a scalar means by the core schema, YAML 1.2.2 section 10.3.2: `no`, `on` and `012` are nothing special.
package enum CoreValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
}

extension SyntaxNode.Scalar {
    /// The value by the core schema: quoted and block scalars are text; a written tag decides before the form does.
    package var value: CoreValue {
        switch tag {
        case .string: .string(text)
        case .number: CoreSchema.number(text).map(CoreValue.number) ?? .string(text)
        case nil where style != .plain: .string(text)
        default: CoreSchema.resolve(text)
        }
    }
}

/// The plain scalars of the core schema.
package enum CoreSchema {
    /// What a plain scalar means.
    package static func resolve(_ text: String) -> CoreValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        default: break
        }
        guard let first = text.utf8.first, isNumberStart(first) else { return .string(text) }
        if let integer = integer(text) { return .integer(integer) }
        return number(text).map(CoreValue.number) ?? .string(text)
    }

    private static func isNumberStart(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// A decimal, `0o` octal or `0x` hexadecimal number that fits 64 bits; a larger one is read as a float.
    static func integer(_ text: String) -> Int64? {
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
            let digits = text.dropFirst(2)
            guard let first = digits.first, first != "+", first != "-" else { return nil }
            return Int64(digits, radix: radix)
        }
        return Int64(text)
    }

    /// A float as the core schema writes it; `nan` and `0x1p3`, which Swift would read too, are text.
    static func number(_ text: String) -> Double? {
        switch text {
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .infinity
        case "-.inf", "-.Inf", "-.INF": return -.infinity
        case ".nan", ".NaN", ".NAN": return .nan
        default: break
        }
        let allowed = text.utf8.allSatisfy { byte in
            isNumberStart(byte) || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
        }
        guard allowed, text.utf8.contains(where: isDigit) else { return nil }
        return Double(text)
    }
}
