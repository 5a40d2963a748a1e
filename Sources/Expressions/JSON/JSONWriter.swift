/// Writes values as JSON into bytes.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private let sortsKeys: Bool
    private var indentation = 0

    init(isPretty: Bool, sortsKeys: Bool) {
        self.isPretty = isPretty
        self.sortsKeys = sortsKeys
    }

    mutating func write(_ value: Value) {
        switch value {
        case .null, .optional(nil): append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .int(let number): append(String(number))
        case .uint(let number): append(String(number))
        case .double(let number): write(number)
        case .string(let text): write(text)
        case .bytes(let data): write(Base64.encode(data))
        case .list(let list): write(list)
        case .map(let map): write(map)
        case .duration(let span): write(span.description)
        case .timestamp(let moment): write(moment.description)
        case .version(let version): write(version.text)
        case .type(let type): write(type.name)
        case .optional(let inner?): write(inner)
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// JSON has no NaN and no infinity: they become strings, as in the JSON mapping of protocol buffers.
    private mutating func write(_ number: Double) {
        if number.isFinite { append(number.description) } else { write(number.celText) }
    }

    private mutating func write(_ text: String) {
        bytes.append(Ascii.quote)
        var text = text
        text.withUTF8 { source in
            var start = 0
            for index in source.indices where Self.needsEscape(source[index]) {
                bytes.append(contentsOf: source[start..<index])
                escape(source[index])
                start = index + 1
            }
            bytes.append(contentsOf: source[start...])
        }
        bytes.append(Ascii.quote)
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == Ascii.quote || byte == Ascii.backslash || byte == 0x7F
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case Ascii.quote: append("\\\"")
        case Ascii.backslash: append("\\\\")
        case Ascii.newline: append("\\n")
        case Ascii.carriageReturn: append("\\r")
        case 0x09: append("\\t")
        default: append("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
        }
    }

    private mutating func write(_ list: [Value]) {
        guard !list.isEmpty else { return append("[]") }
        open(Ascii.openBracket)
        for (index, element) in list.enumerated() {
            separate(isFirst: index == 0)
            write(element)
        }
        close(Ascii.closeBracket)
    }

    private mutating func write(_ map: ValueMap) {
        guard !map.isEmpty else { return append("{}") }
        open(Ascii.openBrace)
        var isFirst = true
        if sortsKeys {
            let entries = map.map { (Self.keyText($0.key), $0.value) }
            for (key, value) in entries.sorted(by: { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }) {
                entry(key, value, &isFirst)
            }
        } else {
            for (key, value) in map { entry(Self.keyText(key), value, &isFirst) }
        }
        close(Ascii.closeBrace)
    }

    private mutating func entry(_ key: String, _ value: Value, _ isFirst: inout Bool) {
        separate(isFirst: isFirst)
        isFirst = false
        write(key)
        bytes.append(Ascii.colon)
        if isPretty { bytes.append(Ascii.space) }
        write(value)
    }

    /// Keys of JSON are strings, so numbers and truth values become their text.
    private static func keyText(_ key: Value) -> String {
        switch key {
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .uint(let number): String(number)
        default: key.typeWord
        }
    }

    private mutating func open(_ bracket: UInt8) {
        bytes.append(bracket)
        indentation += 1
    }

    private mutating func separate(isFirst: Bool) {
        if !isFirst { bytes.append(Ascii.comma) }
        if isPretty { newLine() }
    }

    private mutating func close(_ bracket: UInt8) {
        indentation -= 1
        if isPretty { newLine() }
        bytes.append(bracket)
    }

    private mutating func newLine() {
        bytes.append(Ascii.newline)
        bytes.append(contentsOf: repeatElement(Ascii.space, count: indentation * 2))
    }
}
