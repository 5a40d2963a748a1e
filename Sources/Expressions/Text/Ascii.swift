/// Names for the bytes that the readers in this target look for.
enum Ascii {
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let apostrophe = UInt8(ascii: "'")
    static let backtick = UInt8(ascii: "`")
    static let backslash = UInt8(ascii: "\\")
    static let slash = UInt8(ascii: "/")
    static let question = UInt8(ascii: "?")
    static let dot = UInt8(ascii: ".")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let plus = UInt8(ascii: "+")
    static let minus = UInt8(ascii: "-")
    static let dollar = UInt8(ascii: "$")
    static let percent = UInt8(ascii: "%")
    static let underscore = UInt8(ascii: "_")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let zero = UInt8(ascii: "0")
    static let e = UInt8(ascii: "e")
    static let upperE = UInt8(ascii: "E")
    static let u = UInt8(ascii: "u")
    static let upperU = UInt8(ascii: "U")
    static let x = UInt8(ascii: "x")
    static let upperX = UInt8(ascii: "X")
}

extension UInt8 {
    var isDigit: Bool { self &- 0x30 < 10 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isIdentifierStart: Bool { isLetter || self == Ascii.underscore }
    var isIdentifierPart: Bool { isIdentifierStart || isDigit }

    var hexValue: UInt8? {
        if isDigit { return self - 0x30 }
        let lower = self | 0x20
        return (0x61...0x66).contains(lower) ? lower - 0x61 + 10 : nil
    }
}
