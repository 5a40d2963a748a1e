import Expressions

/// A value that does not fit where it is used. The message is lower case and names what was expected.
package struct ArgumentProblem: Error, Sendable {
    package let message: String
    package init(_ message: String) { self.message = message }
}

extension Shape {
    /// Converts a value to this shape: texts become durations (`.duration`), sizes (`.int` bytes) and so on.
    package func convert(_ value: Value) throws(ArgumentProblem) -> Value {
        switch self {
        case .duration: return .duration(TimeSpan(try Self.duration(value)))
        case .size: return .int(try Self.size(value))
        case .int(let range): return .int(try Self.integer(value, in: range))
        case .number: return try Self.number(value)
        case .bool:
            guard case .bool = value else {
                throw ArgumentProblem("expected true or false, found \(value.kindForPeople)")
            }
            return value
        case .string, .path, .url, .mode, .timeOfDay, .script, .comparison: return .string(try Self.text(value))
        case .choice(let words):
            let text = try Self.text(value)
            guard words.contains(text) else {
                throw ArgumentProblem("'\(text)' is not one of \(words.joined(separator: ", "))")
            }
            return .string(text)
        case .list(let item):
            return .list(try Self.items(value).map { v throws(ArgumentProblem) in try item.convert(v) })
        case .oneOrMany(let item):
            guard case .list(let values) = value else { return .list([try item.convert(value)]) }
            return .list(try values.map { v throws(ArgumentProblem) in try item.convert(v) })
        case .mapping(let item):
            guard case .map(let map) = value else {
                throw ArgumentProblem("expected a mapping, found \(value.kindForPeople)")
            }
            var entries: [(String, Value)] = []
            for (key, value) in map { entries.append((try Self.text(key), try item.convert(value))) }
            return .map(ValueMap(entries))
        case .either(let shapes):
            for shape in shapes {
                do { return try shape.convert(value) } catch { continue }
            }
            throw ArgumentProblem("\(value.kindForPeople) does not fit here")
        case .value, .record, .expression, .checks, .form, .action, .steps: return value
        }
    }

    private static func items(_ value: Value) throws(ArgumentProblem) -> [Value] {
        guard case .list(let values) = value else {
            throw ArgumentProblem("expected a list, found \(value.kindForPeople)")
        }
        return values
    }

    private static func text(_ value: Value) throws(ArgumentProblem) -> String {
        switch value {
        case .string(let text): return text
        case .int, .uint, .double, .bool, .duration, .timestamp: return value.plainText
        default: throw ArgumentProblem("expected text, found \(value.kindForPeople)")
        }
    }

    private static func duration(_ value: Value) throws(ArgumentProblem) -> Duration {
        if case .duration(let span) = value { return span.duration }
        let text = try text(value)
        guard let duration = DurationText.parse(text) else {
            throw ArgumentProblem("'\(text)' is not a duration such as 500ms, 30s, 5m, 2h or 7d")
        }
        return duration
    }

    private static func size(_ value: Value) throws(ArgumentProblem) -> Int64 {
        if case .int(let bytes) = value, bytes >= 0 { return bytes }
        let text = try text(value)
        guard let bytes = SizeText.parse(text) else {
            throw ArgumentProblem("'\(text)' is not a size such as 512KiB, 10MB or 2GiB")
        }
        return bytes
    }

    private static func integer(_ value: Value, in range: ClosedRange<Int64>) throws(ArgumentProblem) -> Int64 {
        let number: Int64?
        switch value {
        case .int(let int): number = int
        case .uint(let uint): number = Int64(exactly: uint)
        case .double(let double): number = Int64(exactly: double)
        case .string(let text): number = Int64(text)
        default: number = nil
        }
        guard let number else { throw ArgumentProblem("expected a whole number, found \(value.kindForPeople)") }
        guard range.contains(number) else {
            throw ArgumentProblem("\(number) is not between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
    }

    private static func number(_ value: Value) throws(ArgumentProblem) -> Value {
        switch value {
        case .int, .uint, .double: return value
        case .string(let text):
            if let int = Int64(text) { return .int(int) }
            if let double = Double(text), double.isFinite { return .double(double) }
            throw ArgumentProblem("'\(text)' is not a number")
        default: throw ArgumentProblem("expected a number, found \(value.kindForPeople)")
        }
    }
}

extension Value {
    /// The kind in an operator's words, for messages.
    package var kindForPeople: String {
        switch self {
        case .null: "nothing"
        case .bool: "true or false"
        case .int, .uint: "a whole number"
        case .double: "a number"
        case .string: "text"
        case .bytes: "bytes"
        case .list: "a list"
        case .map: "a mapping"
        case .duration: "a duration"
        case .timestamp: "a time"
        default: "a value of another kind"
        }
    }

    /// A scalar as text, the way it appears when interpolated.
    package var plainText: String {
        switch self {
        case .string(let text): text
        case .duration(let span): DurationText.render(span.duration)
        default: json().trimmingQuotes
        }
    }
}

extension String {
    fileprivate var trimmingQuotes: String {
        hasPrefix("\"") && hasSuffix("\"") && count >= 2 ? String(dropFirst().dropLast()) : self
    }
}

extension InputType {
    /// The form to which values of it are converted.
    package var shape: Shape {
        switch self {
        case .string, .version: .string
        case .int: .int(Int64.min...Int64.max)
        case .number: .number
        case .bool: .bool
        case .duration: .duration
        case .size: .size
        case .path: .path
        case .url: .url
        case .list(let item): .list(item.shape)
        case .map: .mapping(.value)
        }
    }
}
