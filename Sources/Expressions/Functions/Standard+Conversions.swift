extension StandardFunctions {
    static let conversions: [Function] = [
        Function("dyn", [.global([.parameter("A")], .dyn) { arguments, _ in arguments[0] }]),
        Function(
            "type", [.global([.parameter("A")], .type(.parameter("A"))) { arguments, _ in .type(arguments[0].type) }]),
        conversion("bool", .bool, from: [.bool, .string], toBool),
        conversion("int", .int, from: [.int, .uint, .double, .string, .timestamp], toInt),
        conversion("uint", .uint, from: [.uint, .int, .double, .string], toUInt),
        conversion("double", .double, from: [.double, .int, .uint, .string], toDouble),
        conversion("bytes", .bytes, from: [.bytes, .string]) { value, _ in
            if case .string(let text) = value { .bytes(Array(text.utf8)) } else { value }
        },
        conversion(
            "string", .string,
            from: [.string, .bool, .int, .uint, .double, .bytes, .timestamp, .duration, .version], toText),
        conversion("timestamp", .timestamp, from: [.timestamp, .string, .int], toTimestamp),
        conversion("duration", .duration, from: [.duration, .string]) { value, _ throws(FunctionFailure) in
            guard case .string(let text) = value else { return value }
            do throws(ValueProblem) { return .duration(try TimeSpan(parsing: text)) } catch {
                throw FunctionFailure(error.message)
            }
        },
    ]

    private typealias Conversion = @Sendable (Value, inout Budget) throws(FunctionFailure) -> Value

    private static func conversion(
        _ name: String, _ result: ValueType, from sources: [ValueType], _ convert: @escaping Conversion
    ) -> Function {
        Function(
            name,
            sources.map { source in
                .global([source], result) { arguments, budget throws(FunctionFailure) in
                    if case .string(let text) = arguments[0] { try budget.spend(bytes: text.utf8.count) }
                    if case .bytes(let bytes) = arguments[0] { try budget.spend(bytes: bytes.count) }
                    return try convert(arguments[0], &budget)
                }
            })
    }

    @Sendable private static func toBool(_ value: Value, _ budget: inout Budget) throws(FunctionFailure) -> Value {
        guard case .string(let text) = value else { return value }
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        default: throw unreadable(text, "a bool")
        }
    }

    @Sendable private static func toInt(_ value: Value, _ budget: inout Budget) throws(FunctionFailure) -> Value {
        switch value {
        case .uint(let number): return .int(try fitting(Int64(exactly: number), "int"))
        // The ends of the range are excluded, because rounding may already have happened there.
        case .double(let number):
            let isInside = number > -0x1p63 && number < 0x1p63
            return .int(try fitting(isInside ? Int64(number) : nil, "int"))
        case .timestamp(let moment): return .int(moment.seconds)
        case .string(let text):
            guard let number = Int64(text) else { throw unreadable(text, "an int") }
            return .int(number)
        default: return value
        }
    }

    @Sendable private static func toUInt(_ value: Value, _ budget: inout Budget) throws(FunctionFailure) -> Value {
        switch value {
        case .int(let number): return .uint(try fitting(UInt64(exactly: number), "uint"))
        case .double(let number):
            let isInside = number >= 0 && number < 0x1p64
            return .uint(try fitting(isInside ? UInt64(number) : nil, "uint"))
        case .string(let text):
            guard let number = UInt64(text) else { throw unreadable(text, "a uint") }
            return .uint(number)
        default: return value
        }
    }

    @Sendable private static func toDouble(_ value: Value, _ budget: inout Budget) throws(FunctionFailure) -> Value {
        switch value {
        case .int(let number): return .double(Double(number))
        case .uint(let number): return .double(Double(number))
        case .string(let text):
            guard let number = Double(text) else { throw unreadable(text, "a double") }
            return .double(number)
        default: return value
        }
    }

    @Sendable private static func toText(_ value: Value, _ budget: inout Budget) throws(FunctionFailure) -> Value {
        switch value {
        case .bool(let flag): return .string(flag ? "true" : "false")
        case .int(let number): return .string(String(number))
        case .uint(let number): return .string(String(number))
        case .double(let number): return .string(number.celText)
        case .timestamp(let moment): return .string(moment.description)
        case .duration(let span): return .string(span.description)
        case .version(let version): return .string(version.text)
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw FunctionFailure("these bytes are not UTF-8")
            }
            return .string(text)
        default: return value
        }
    }

    @Sendable private static func toTimestamp(_ value: Value, _ budget: inout Budget) throws(FunctionFailure)
        -> Value
    {
        switch value {
        case .int(let seconds): return .timestamp(try fitting(Timestamp(seconds: seconds), "timestamp"))
        case .string(let text):
            do throws(ValueProblem) { return .timestamp(try Timestamp(parsing: text)) } catch {
                throw FunctionFailure(error.message)
            }
        default: return value
        }
    }

    private static func fitting<T>(_ value: T?, _ type: String) throws(FunctionFailure) -> T {
        guard let value else { throw FunctionFailure("this number is outside the range of \(type)") }
        return value
    }

    private static func unreadable(_ text: String, _ what: String) -> FunctionFailure {
        FunctionFailure("'\(text.prefix(60))' is not \(what)")
    }
}

extension Double {
    /// The shortest decimal number that reads back as this one; whole numbers have no fraction.
    var celText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
        let text = description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
