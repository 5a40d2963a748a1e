import Expressions
import RunbookLoading

/// Scalars as YAML text.
///
/// Texts that a reader of YAML 1.1 would take for something else (`no`, `012`, `1:30`) are quoted, since that is what
/// many programs use.
enum YAMLScalar {
    /// A scalar on one line; `like` is the style of what it replaces.
    static func inline(_ value: Value, inFlow: Bool, like style: SyntaxNode.Scalar.Style? = nil) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .double(let number): Self.number(number)
        case .string(let text): Self.text(text, inFlow: inFlow, like: style)
        default: value.json()
        }
    }

    /// YAML 1.1 wants a dot in a number with an exponent.
    private static func number(_ number: Double) -> String {
        if number.isNaN { return ".nan" }
        if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
        let text = number.description
        guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
        return "\(text[..<exponent]).0\(text[exponent...])"
    }

    static func text(_ text: String, inFlow: Bool, like style: SyntaxNode.Scalar.Style?) -> String {
        let needsEscapes = text.unicodeScalars.contains(where: isUnprintable)
        switch style {
        case _ where needsEscapes: return doubleQuoted(text)
        case .singleQuoted: return singleQuoted(text)
        case .doubleQuoted: return doubleQuoted(text)
        default: break
        }
        if isSafePlain(text, inFlow: inFlow) { return text }
        return text.contains("\"") || text.contains("\\") ? singleQuoted(text) : doubleQuoted(text)
    }

    static func singleQuoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    static func doubleQuoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                if isUnprintable(scalar) { result += escaped(scalar) } else { result.unicodeScalars.append(scalar) }
            }
        }
        return result + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let (letter, width) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
        return "\\\(letter)" + String(repeating: "0", count: width - digits.utf8.count) + digits
    }

    /// What YAML only allows as an escape, and line breaks, which one line cannot have.
    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF:
            scalar.value == 0x2028 || scalar.value == 0x2029
        default: true
        }
    }

    // MARK: - Plain

    static func isSafePlain(_ text: String, inFlow: Bool) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
        guard first != " ", last != " ", last != ":", !text.contains(": "), !text.contains(" #") else { return false }
        if "?:,[]{}#&*!|>'\"%@`=~".unicodeScalars.contains(first) { return false }
        if first == "-" || first == "." {
            guard let second = text.unicodeScalars.dropFirst().first, second.properties.isAlphabetic else {
                return false
            }
        }
        if inFlow, text.unicodeScalars.contains(where: { ",[]{}:".unicodeScalars.contains($0) }) { return false }
        guard case .string = CoreSchema.resolve(text) else { return false }
        return !isWordOfYAML11(text) && !looksLikeNumberOrTime(text)
    }

    private static func isWordOfYAML11(_ text: String) -> Bool {
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "<<"].contains(text.lowercased())
    }

    /// Octal and binary numbers, digits with `_`, sexagesimals, dates; not versions and addresses with several dots.
    private static func looksLikeNumberOrTime(_ text: String) -> Bool {
        let digits = "0123456789"
        let start = text.drop { "+-.".contains($0) }
        guard let first = start.first, digits.contains(first) else { return false }
        guard text.allSatisfy({ "0123456789_:.,+-abcdefABCDEFxXoOtTzZ ".contains($0) }) else { return false }
        let isDotted = text.allSatisfy { digits.contains($0) || $0 == "." } && text.count { $0 == "." } > 1
        return !isDotted
    }
}
