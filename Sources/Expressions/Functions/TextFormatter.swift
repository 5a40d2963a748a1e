import Glibc

/// `format` of strings: `%s`, `%d`, `%f`, `%e`, `%x`, `%X`, `%o`, `%b` and `%%`, with a precision for `f` and `e`.
struct TextFormatter {
    private let arguments: [Value]
    private var next = 0

    init(_ arguments: [Value]) { self.arguments = arguments }

    mutating func format(_ pattern: String, _ budget: inout Budget) throws(FunctionFailure) -> String {
        try budget.spend(bytes: pattern.utf8.count)
        var result = ""
        var rest = pattern.unicodeScalars[...]
        while let percent = rest.firstIndex(of: "%") {
            result.unicodeScalars.append(contentsOf: rest[..<percent])
            rest = rest[percent...].dropFirst()
            result += try clause(&rest, &budget)
        }
        result.unicodeScalars.append(contentsOf: rest)
        return result
    }

    private mutating func clause(_ rest: inout Substring.UnicodeScalarView, _ budget: inout Budget)
        throws(FunctionFailure) -> String
    {
        let precision = try takePrecision(&rest)
        guard let verb = rest.popFirst() else { throw FunctionFailure("the format ends after '%'") }
        if verb == "%" { return "%" }
        guard "sdfexXob".unicodeScalars.contains(verb) else {
            throw FunctionFailure("unknown conversion '%\(verb)' in a format")
        }
        guard next < arguments.count else {
            throw FunctionFailure("the format has more conversions than there are arguments")
        }
        let value = arguments[next]
        next += 1
        let text = try convert(value, verb, precision, &budget)
        try budget.spend(bytes: text.utf8.count)
        return text
    }

    private func takePrecision(_ rest: inout Substring.UnicodeScalarView) throws(FunctionFailure) -> Int? {
        guard rest.first == "." else { return nil }
        rest = rest.dropFirst()
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest.dropFirst(digits.count)
        guard let precision = Int(String(digits)), precision <= 100 else {
            throw FunctionFailure("a precision in a format is 0 to 100")
        }
        return precision
    }

    private func convert(_ value: Value, _ verb: Unicode.Scalar, _ precision: Int?, _ budget: inout Budget)
        throws(FunctionFailure) -> String
    {
        if case .double(let number) = value, !number.isFinite, "sdfe".unicodeScalars.contains(verb) {
            return number.celText
        }
        switch (verb, value) {
        case ("s", _): return try Self.text(value, &budget)
        case ("d", .int), ("d", .uint), ("d", .double): return try Self.text(value, &budget)
        case ("f", .int), ("f", .uint), ("f", .double), ("e", .int), ("e", .uint), ("e", .double):
            return decimal(value.asDouble ?? .nan, "%.\(precision ?? 6)\(verb)")
        case ("x", .string(let text)): return hexadecimal(text.utf8, isUpper: false)
        case ("X", .string(let text)): return hexadecimal(text.utf8, isUpper: true)
        case ("x", .bytes(let bytes)): return hexadecimal(bytes, isUpper: false)
        case ("X", .bytes(let bytes)): return hexadecimal(bytes, isUpper: true)
        case ("x", _): return try integer(value, 16, isUpper: false, verb)
        case ("X", _): return try integer(value, 16, isUpper: true, verb)
        case ("o", _): return try integer(value, 8, isUpper: false, verb)
        case ("b", .bool(let flag)): return flag ? "1" : "0"
        case ("b", _): return try integer(value, 2, isUpper: false, verb)
        default: throw FunctionFailure("'%\(verb)' does not take \(value.typeWord)")
        }
    }

    private func integer(_ value: Value, _ radix: Int, isUpper: Bool, _ verb: Unicode.Scalar) throws(FunctionFailure)
        -> String
    {
        switch value {
        case .int(let number): String(number, radix: radix, uppercase: isUpper)
        case .uint(let number): String(number, radix: radix, uppercase: isUpper)
        default: throw FunctionFailure("'%\(verb)' does not take \(value.typeWord)")
        }
    }

    private func hexadecimal(_ bytes: some Sequence<UInt8>, isUpper: Bool) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: isUpper) }.joined()
    }

    /// What C prints: it rounds the exact value, halves to even.
    private func decimal(_ number: Double, _ format: String) -> String {
        var buffer = [CChar](repeating: 0, count: 512)
        let length = withVaList([number]) { vsnprintf(&buffer, buffer.count, format, $0) }
        return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A value as `%s` shows it: text stands without quotes, maps are sorted by their keys.
    static func text(_ value: Value, _ budget: inout Budget) throws(FunctionFailure) -> String {
        try budget.spend(1)
        switch value {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return number.celText
        case .string(let text):
            try budget.spend(bytes: text.utf8.count)
            return text
        case .bytes(let bytes):
            try budget.spend(bytes: bytes.count)
            return String(decoding: bytes, as: UTF8.self)
        case .duration(let span): return span.description
        case .timestamp(let moment): return moment.description
        case .version(let version): return version.text
        case .type(let type): return type.name
        case .optional: throw FunctionFailure("'%s' does not take an optional")
        case .list(let list):
            var parts: [String] = []
            for element in list { parts.append(try text(element, &budget)) }
            return "[\(parts.joined(separator: ", "))]"
        case .map(let map):
            var parts: [(String, String)] = []
            for entry in map { parts.append((try text(entry.key, &budget), try text(entry.value, &budget))) }
            parts.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
            return "{\(parts.map { "\($0): \($1)" }.joined(separator: ", "))}"
        }
    }
}
