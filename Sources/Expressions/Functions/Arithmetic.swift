/// What the arithmetic operators do with values.
enum Arithmetic {
    @Sendable static func add(_ one: Value, _ two: Value, _ budget: inout Budget) throws(FunctionFailure) -> Value {
        switch (one, two) {
        case (.int(let a), .int(let b)): return .int(try exact(a.addingReportingOverflow(b)))
        case (.uint(let a), .uint(let b)): return .uint(try exact(a.addingReportingOverflow(b)))
        case (.double(let a), .double(let b)): return .double(a + b)
        case (.string(let a), .string(let b)):
            try budget.spend(bytes: a.utf8.count + b.utf8.count)
            return .string(a + b)
        case (.bytes(let a), .bytes(let b)):
            try budget.spend(bytes: a.count + b.count)
            return .bytes(a + b)
        case (.list(let a), .list(let b)):
            try budget.spend(a.count + b.count)
            return .list(a + b)
        case (.duration(let a), .duration(let b)):
            return .duration(
                TimeSpan(
                    totalNanoseconds: try exact(a.totalNanoseconds.addingReportingOverflow(b.totalNanoseconds))))
        case (.timestamp(let moment), .duration(let span)), (.duration(let span), .timestamp(let moment)):
            return .timestamp(try moment.adding(span).orOutOfRange)
        default: throw unfit("+", one, two)
        }
    }

    @Sendable static func subtract(_ one: Value, _ two: Value, _ budget: inout Budget) throws(FunctionFailure)
        -> Value
    {
        switch (one, two) {
        case (.int(let a), .int(let b)): return .int(try exact(a.subtractingReportingOverflow(b)))
        case (.uint(let a), .uint(let b)): return .uint(try exact(a.subtractingReportingOverflow(b)))
        case (.double(let a), .double(let b)): return .double(a - b)
        case (.duration(let a), .duration(let b)):
            return .duration(
                TimeSpan(
                    totalNanoseconds: try exact(a.totalNanoseconds.subtractingReportingOverflow(b.totalNanoseconds)))
            )
        case (.timestamp(let moment), .duration(let span)):
            let negated = try exact(Int64(0).subtractingReportingOverflow(span.totalNanoseconds))
            return .timestamp(try moment.adding(TimeSpan(totalNanoseconds: negated)).orOutOfRange)
        case (.timestamp(let a), .timestamp(let b)): return .duration(try a.since(b).orOutOfRange)
        default: throw unfit("-", one, two)
        }
    }

    @Sendable static func multiply(_ one: Value, _ two: Value, _ budget: inout Budget) throws(FunctionFailure)
        -> Value
    {
        switch (one, two) {
        case (.int(let a), .int(let b)): .int(try exact(a.multipliedReportingOverflow(by: b)))
        case (.uint(let a), .uint(let b)): .uint(try exact(a.multipliedReportingOverflow(by: b)))
        case (.double(let a), .double(let b)): .double(a * b)
        default: throw unfit("*", one, two)
        }
    }

    @Sendable static func divide(_ one: Value, _ two: Value, _ budget: inout Budget) throws(FunctionFailure)
        -> Value
    {
        switch (one, two) {
        case (.int(_), .int(0)), (.uint(_), .uint(0)): throw FunctionFailure("division by zero")
        case (.int(let a), .int(let b)): .int(try exact(a.dividedReportingOverflow(by: b)))
        case (.uint(let a), .uint(let b)): .uint(a / b)
        case (.double(let a), .double(let b)): .double(a / b)
        default: throw unfit("/", one, two)
        }
    }

    @Sendable static func remainder(_ one: Value, _ two: Value, _ budget: inout Budget) throws(FunctionFailure)
        -> Value
    {
        switch (one, two) {
        case (.int(_), .int(0)), (.uint(_), .uint(0)): throw FunctionFailure("remainder of a division by zero")
        case (.int(let a), .int(let b)): .int(try exact(a.remainderReportingOverflow(dividingBy: b)))
        case (.uint(let a), .uint(let b)): .uint(a % b)
        default: throw unfit("%", one, two)
        }
    }

    static func negate(_ value: Value) throws(FunctionFailure) -> Value {
        switch value {
        case .int(let number): .int(try exact(Int64(0).subtractingReportingOverflow(number)))
        case .double(let number): .double(-number)
        default: throw FunctionFailure("'-' does not apply to \(value.typeWord)")
        }
    }

    private static func exact<T>(_ result: (partialValue: T, overflow: Bool)) throws(FunctionFailure) -> T {
        if result.overflow { throw FunctionFailure("the result does not fit in its type") }
        return result.partialValue
    }

    private static func unfit(_ sign: String, _ one: Value, _ two: Value) -> FunctionFailure {
        FunctionFailure("'\(sign)' does not apply to \(one.typeWord) and \(two.typeWord)")
    }
}

extension Optional {
    /// The value, for results that may be outside what their type can hold.
    fileprivate var orOutOfRange: Wrapped {
        get throws(FunctionFailure) {
            guard let self else { throw FunctionFailure("the result is outside the range of its type") }
            return self
        }
    }
}
