/// What PCRE2 accepts and RE2 does not.
enum PatternSyntax {
    /// The largest count of a repeat, as RE2 has it.
    private static let maxRepeat = 1_000

    /// Refuses back references, look-around and the other constructs that RE2 does not have.
    ///
    /// Returns the largest count of a repeat, by which each start in the text may cost more.
    static func refuseUnsupported(_ bytes: [UInt8]) throws(PatternProblem) -> Int {
        var index = 0
        var isInClass = false
        var largestRepeat = 1
        while index < bytes.count {
            switch bytes[index] {
            case Ascii.backslash:
                let next = index + 1 < bytes.count ? bytes[index + 1] : 0
                if let what = escapeProblem(next, isInClass: isInClass) {
                    throw PatternProblem(message: what, offset: index)
                }
                index = next == UInt8(ascii: "Q") ? endOfQuote(bytes, index + 2) : index + 1
            case Ascii.openBracket where isInClass: index = endOfNamedClass(bytes, index)
            case Ascii.openBracket:
                isInClass = true
                index = startOfClass(bytes, index)
            case Ascii.closeBracket: isInClass = false
            case Ascii.openBrace where !isInClass:
                largestRepeat = max(largestRepeat, try repeatCount(bytes, index + 1))
            case UInt8(ascii: "(") where !isInClass:
                if let what = groupProblem(bytes[(index + 1)...]) { throw PatternProblem(message: what, offset: index) }
            case UInt8(ascii: "+") where !isInClass && isQuantified(bytes[..<index]):
                throw PatternProblem(message: "possessive quantifiers are not supported", offset: index)
            default: break
            }
            index += 1
        }
        return largestRepeat
    }

    /// The larger number of `{n}`, `{n,}` and `{n,m}`; 1 where the brace stands for itself.
    private static func repeatCount(_ bytes: [UInt8], _ start: Int) throws(PatternProblem) -> Int {
        let inside = bytes[start...].prefix { $0.isDigit || $0 == Ascii.comma }
        guard start + inside.count < bytes.count, bytes[start + inside.count] == Ascii.closeBrace else { return 1 }
        let counts = inside.split(separator: Ascii.comma).map { Int(String(decoding: $0, as: UTF8.self)) ?? .max }
        let largest = counts.max() ?? 1
        guard largest <= maxRepeat else {
            throw PatternProblem(message: "a repeat count can be \(maxRepeat) at most", offset: start)
        }
        return largest
    }

    /// The last byte of `[`, `[^`, `[]` or `[^]`: a bracket at the start of a class stands for itself.
    private static func startOfClass(_ bytes: [UInt8], _ open: Int) -> Int {
        var index = open
        if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "^") { index += 1 }
        if index + 1 < bytes.count, bytes[index + 1] == Ascii.closeBracket { index += 1 }
        return index
    }

    /// The last byte of `[:alpha:]` inside a class; where it is none, the bracket itself.
    private static func endOfNamedClass(_ bytes: [UInt8], _ open: Int) -> Int {
        guard open + 1 < bytes.count, bytes[open + 1] == Ascii.colon,
            let close = bytes[(open + 2)...].firstIndex(of: Ascii.closeBracket), bytes[close - 1] == Ascii.colon
        else { return open }
        return close
    }

    private static func endOfQuote(_ bytes: [UInt8], _ start: Int) -> Int {
        var index = start
        while index + 1 < bytes.count, !(bytes[index] == Ascii.backslash && bytes[index + 1] == UInt8(ascii: "E")) {
            index += 1
        }
        return index
    }

    /// Whether the pattern so far ends with a quantifier; an escaped sign is a character.
    private static func isQuantified(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let last = bytes.last, "*+?}".utf8.contains(last) else { return false }
        return bytes.dropLast().reversed().prefix { $0 == Ascii.backslash }.count % 2 == 0
    }

    private static func escapeProblem(_ next: UInt8, isInClass: Bool) -> String? {
        if (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(next), !isInClass {
            return "back references are not supported"
        }
        switch next {
        case UInt8(ascii: "k"), UInt8(ascii: "g"): return "back references are not supported"
        case UInt8(ascii: "G"), UInt8(ascii: "K"), UInt8(ascii: "R"), UInt8(ascii: "X"), UInt8(ascii: "Z"),
            UInt8(ascii: "h"), UInt8(ascii: "H"), UInt8(ascii: "N"), UInt8(ascii: "V"):
            return "'\\\(Unicode.Scalar(next))' is not supported"
        default: return nil
        }
    }

    private static func groupProblem(_ rest: ArraySlice<UInt8>) -> String? {
        let start = String(decoding: rest.prefix(4), as: UTF8.self)
        if start.hasPrefix("*") { return "'(*' is not supported" }
        guard start.hasPrefix("?") else { return nil }
        if start.hasPrefix("?=") || start.hasPrefix("?!") || start.hasPrefix("?<=") || start.hasPrefix("?<!") {
            return "look-around is not supported"
        }
        let name = start.dropFirst()
        if name.hasPrefix("P=") || name.hasPrefix("P>") || name.hasPrefix("R") || name.hasPrefix("&") {
            return "back references and recursion are not supported"
        }
        let allowed = name.hasPrefix(":") || name.hasPrefix("P<") || name.hasPrefix("<")
        let isFlag = name.first.map { "ims-".contains($0) } ?? false
        return allowed || isFlag ? nil : "'(\(start.prefix(2))' is not supported"
    }
}
