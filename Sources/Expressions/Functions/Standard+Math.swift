extension StandardFunctions {
    static let mathematics: [Function] = [
        extreme("math.greatest", .greater),
        extreme("math.least", .less),
        rounding("math.ceil", .up), rounding("math.floor", .down), rounding("math.trunc", .towardZero),
        rounding("math.round", .toNearestOrAwayFromZero),
        Function(
            "math.sqrt",
            [.int, .uint, .double].map { type in
                .global([type], .double) { arguments, _ in .double(arguments.double(0).squareRoot()) }
            }),
        test("math.isNaN") { $0.isNaN }, test("math.isInf") { $0.isInfinite }, test("math.isFinite") { $0.isFinite },
        Function(
            "math.abs",
            [
                .global([.int], .int) { arguments, _ throws(FunctionFailure) in
                    guard arguments.int(0) != .min else { throw FunctionFailure("the result does not fit in its type") }
                    return .int(abs(arguments.int(0)))
                },
                .global([.uint], .uint) { arguments, _ in arguments[0] },
                .global([.double], .double) { arguments, _ in .double(abs(arguments.double(0))) },
            ]),
        Function(
            "math.sign",
            [
                .global([.int], .int) { arguments, _ in .int(arguments.int(0).signum()) },
                .global([.uint], .uint) { arguments, _ in arguments[0] == .uint(0) ? .uint(0) : .uint(1) },
                .global([.double], .double) { arguments, _ in
                    let number = arguments.double(0)
                    return .double(number.isNaN || number == 0 ? number : number < 0 ? -1 : 1)
                },
            ]),
    ]

    /// The largest or smallest of some numbers or of a list of them; the first where several are equal.
    private static func extreme(_ name: String, _ wanted: NumberOrder) -> Function {
        let numbers: [ValueType] = [.int, .uint, .double]
        let several = (numbers + [.dyn]).map { type in
            Overload([type], type, isMember: false, isVariadic: true) { arguments, budget throws(FunctionFailure) in
                let isList = arguments.count == 1 && arguments[0].asList != nil
                return try extreme(isList ? arguments.list(0) : arguments, wanted, name, numbersOnly: true, &budget)
            }
        }
        let list = Overload.global([.list(.parameter("A"))], .parameter("A")) {
            arguments, budget throws(FunctionFailure) in
            try extreme(arguments.list(0), wanted, name, numbersOnly: true, &budget)
        }
        return Function(name, [list] + several)
    }

    static func extreme(
        _ values: [Value], _ wanted: NumberOrder, _ name: String, numbersOnly: Bool, _ budget: inout Budget
    ) throws(FunctionFailure) -> Value {
        guard var result = values.first else { throw FunctionFailure("\(name) of an empty list") }
        for value in values {
            try budget.spend(1)
            let order = numbersOnly ? NumberOrder.compare(value, result) : value.order(against: result)
            guard let order else {
                throw FunctionFailure("\(name) cannot compare \(value.typeWord) with \(result.typeWord)")
            }
            if order == wanted { result = value }
        }
        return result
    }

    private static func rounding(_ name: String, _ rule: FloatingPointRoundingRule) -> Function {
        Function(name, [.global([.double], .double) { arguments, _ in .double(arguments.double(0).rounded(rule)) }])
    }

    private static func test(_ name: String, _ test: @escaping @Sendable (Double) -> Bool) -> Function {
        Function(name, [.global([.double], .bool) { arguments, _ in .bool(test(arguments.double(0))) }])
    }
}

extension StandardFunctions {
    static let bits: [Function] = [
        bitwise("math.bitAnd") { $0 & $1 }, bitwise("math.bitOr") { $0 | $1 }, bitwise("math.bitXor") { $0 ^ $1 },
        Function(
            "math.bitNot",
            [
                .global([.int], .int) { arguments, _ in .int(~arguments.int(0)) },
                .global([.uint], .uint) { arguments, _ in .uint(~pattern(arguments[0])) },
            ]),
        shift("math.bitShiftLeft") { $0 << $1 },
        // Shifted as if unsigned, also for int.
        shift("math.bitShiftRight") { $0 >> $1 },
    ]

    private static func pattern(_ value: Value) -> UInt64 {
        switch value {
        case .int(let number): UInt64(bitPattern: number)
        case .uint(let number): number
        default: 0
        }
    }

    private static func bitwise(_ name: String, _ operation: @escaping @Sendable (UInt64, UInt64) -> UInt64)
        -> Function
    {
        Function(
            name,
            [
                .global([.int, .int], .int) { arguments, _ in
                    .int(Int64(bitPattern: operation(pattern(arguments[0]), pattern(arguments[1]))))
                },
                .global([.uint, .uint], .uint) { arguments, _ in
                    .uint(operation(pattern(arguments[0]), pattern(arguments[1])))
                },
            ])
    }

    private static func shift(_ name: String, _ operation: @escaping @Sendable (UInt64, Int64) -> UInt64) -> Function {
        Function(
            name,
            [
                .global([.int, .int], .int) { arguments, _ throws(FunctionFailure) in
                    let distance = try distance(arguments)
                    return .int(Int64(bitPattern: operation(pattern(arguments[0]), distance)))
                },
                .global([.uint, .int], .uint) { arguments, _ throws(FunctionFailure) in
                    .uint(operation(pattern(arguments[0]), try distance(arguments)))
                },
            ])
    }

    private static func distance(_ arguments: [Value]) throws(FunctionFailure) -> Int64 {
        guard arguments.int(1) >= 0 else { throw FunctionFailure("a shift by a negative number") }
        return arguments.int(1)
    }
}
