import Expressions

/// What a monitoring plugin printed: a line of text, and measurements after the first `|` of a line and of the text.
struct PluginOutput {
    /// One measurement: `'label'=value[unit];[warn];[crit];[min];[max]`.
    struct Datum: Equatable {
        let label: String
        /// Nil: the plugin could not determine it (`U`).
        let value: Double?
        let unit: String
        /// Ranges, as the plugin wrote them.
        let warn: String?
        let crit: String?
        let min: Double?
        let max: Double?
    }

    /// The first line, without measurements.
    let text: String
    private(set) var data: [Datum] = []
    /// More are hardly meant for anyone.
    private static let limit = 1_000

    init(_ bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        let (first, measured) = Self.halves(lines.first ?? "")
        text = String(first.prefix(500)).filter { !$0.isASCII || $0 >= " " }.trimmed
        read(measured ?? "")
        var isMeasuring = false
        for line in lines.dropFirst() {
            let (_, part) = isMeasuring ? ("", line) : Self.halves(line)
            guard let part else { continue }
            isMeasuring = true
            read(part)
        }
    }

    /// By label; a label that comes twice has its last measurement.
    var value: Value {
        .map(ValueMap(data.map { ($0.label, $0.fields) }))
    }

    private static func halves(_ line: Substring) -> (text: Substring, data: Substring?) {
        guard let bar = line.firstIndex(of: "|") else { return (line, nil) }
        return (line[..<bar], line[line.index(after: bar)...])
    }

    private mutating func read(_ text: Substring) {
        var rest = text
        while data.count < Self.limit {
            rest = rest.drop(while: \.isWhitespace)
            guard !rest.isEmpty else { return }
            guard let label = Self.label(&rest) else {
                // Not a measurement: go on behind it.
                rest = rest.drop { !$0.isWhitespace }
                continue
            }
            let word = rest.prefix { !$0.isWhitespace }
            rest = rest.dropFirst(word.count)
            if let datum = Datum(label, word) { data.append(datum) }
        }
    }

    /// Takes a label and its `=` away; nil, and nothing taken, where there is none.
    private static func label(_ rest: inout Substring) -> String? {
        var label = ""
        var position = rest.startIndex
        if rest.first == "'" {
            position = rest.index(after: position)
            while position < rest.endIndex {
                let next = rest.index(after: position)
                if rest[position] == "'" {
                    guard next < rest.endIndex, rest[next] == "'" else { break }
                    position = next
                }
                label.append(rest[position])
                position = rest.index(after: position)
            }
            guard position < rest.endIndex else { return nil }
            position = rest.index(after: position)
        } else {
            let name = rest.prefix { $0 != "=" && !$0.isWhitespace }
            label = String(name)
            position = name.endIndex
        }
        guard !label.isEmpty, position < rest.endIndex, rest[position] == "=" else { return nil }
        rest = rest[rest.index(after: position)...]
        return label
    }
}

extension PluginOutput.Datum {
    /// Nil where there is no number (nor `U`).
    fileprivate init?(_ label: String, _ word: Substring) {
        let fields = word.split(separator: ";", omittingEmptySubsequences: false)
        guard let first = fields.first, let (value, unit) = Self.measured(first) else { return nil }
        func field(_ index: Int) -> String? {
            fields.indices.contains(index) && !fields[index].isEmpty ? String(fields[index]) : nil
        }
        self.init(
            label: label, value: value, unit: unit, warn: field(1), crit: field(2),
            min: field(3).flatMap(Double.init), max: field(4).flatMap(Double.init))
    }

    private static func measured(_ text: Substring) -> (Double?, String)? {
        if text == "U" { return (nil, "") }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || "+-.,".contains($0)) }
        // Some plugins write the number as their locale does.
        guard let number = Double(digits.replacing(",", with: ".")), number.isFinite else { return nil }
        return (number, String(text.dropFirst(digits.count)))
    }

    fileprivate var fields: Value {
        var fields: [(String, Value)] = [("value", value.map { .double($0) } ?? .null)]
        if !unit.isEmpty { fields.append(("unit", .string(unit))) }
        if let warn { fields.append(("warn", .string(warn))) }
        if let crit { fields.append(("crit", .string(crit))) }
        if let min { fields.append(("min", .double(min))) }
        if let max { fields.append(("max", .double(max))) }
        return .map(ValueMap(fields))
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
