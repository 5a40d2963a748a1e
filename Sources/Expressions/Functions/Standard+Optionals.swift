extension StandardFunctions {
    private static let a = ValueType.parameter("A")

    static let optionals: [Function] = [
        Function("optional.none", [.global([], .optional(a)) { _, _ in .optional(nil) }]),
        Function("optional.of", [.global([a], .optional(a)) { arguments, _ in .optional(arguments[0]) }]),
        Function(
            "optional.ofNonZeroValue",
            [.global([a], .optional(a)) { arguments, _ in .optional(arguments[0].isZero ? nil : arguments[0]) }]),
        Function("hasValue", [.member([.optional(a)], .bool) { arguments, _ in .bool(inner(arguments[0]) != nil) }]),
        Function(
            "value",
            [
                .member([.optional(a)], a) { arguments, _ throws(FunctionFailure) in
                    guard let value = inner(arguments[0]) else { throw FunctionFailure("the optional has no value") }
                    return value
                }
            ]),
        Function(
            "or",
            [
                .member([.optional(a), .optional(a)], .optional(a)) { arguments, _ in
                    inner(arguments[0]) == nil ? arguments[1] : arguments[0]
                }
            ]),
        Function("orValue", [.member([.optional(a), a], a) { arguments, _ in inner(arguments[0]) ?? arguments[1] }]),
        Function("optional.unwrap", [.global([.list(.optional(a))], .list(a), unwrap)]),
        Function("unwrapOpt", [.member([.list(.optional(a))], .list(a), unwrap)]),
        Function("first", [.member([.list(a)], .optional(a)) { arguments, _ in .optional(arguments.list(0).first) }]),
        Function("last", [.member([.list(a)], .optional(a)) { arguments, _ in .optional(arguments.list(0).last) }]),
    ]

    private static func inner(_ value: Value) -> Value? {
        if case .optional(let inner) = value { inner } else { nil }
    }

    @Sendable private static func unwrap(_ arguments: [Value], _ budget: inout Budget) throws(FunctionFailure)
        -> Value
    {
        try budget.spend(arguments.list(0).count)
        return .list(arguments.list(0).compactMap(inner))
    }
}

extension Value {
    /// Whether it is what its type has when nothing is set.
    fileprivate var isZero: Bool {
        switch self {
        case .null: true
        case .bool(let flag): !flag
        case .int(let number): number == 0
        case .uint(let number): number == 0
        case .double(let number): number == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let list): list.isEmpty
        case .map(let map): map.isEmpty
        case .duration(let span): span.totalNanoseconds == 0
        case .timestamp(let moment): moment.seconds == 0 && moment.nanoseconds == 0
        case .optional(let inner): inner == nil
        case .version, .type: false
        }
    }
}
