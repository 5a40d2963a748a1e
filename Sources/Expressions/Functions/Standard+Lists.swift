extension StandardFunctions {
    private static let a = ValueType.parameter("A")

    /// Belay's functions on lists.
    static let lists: [Function] = [
        Function(
            "sum",
            .either([.list(.int)], .int, sum) + .either([.list(.uint)], .uint, sum)
                + .either([.list(.double)], .double, sum) + .either([.list(.duration)], .duration, sum)),
        Function(
            "min",
            .either([.list(a)], a) { arguments, budget throws(FunctionFailure) in
                try extreme(arguments.list(0), .less, "min", numbersOnly: false, &budget)
            }),
        Function(
            "max",
            .either([.list(a)], a) { arguments, budget throws(FunctionFailure) in
                try extreme(arguments.list(0), .greater, "max", numbersOnly: false, &budget)
            }),
        Function("sort", .either([.list(a)], .list(a), sort)),
        Function("distinct", .either([.list(a)], .list(a), distinct)),
        Function(
            "range",
            [
                .global([.int], .list(.int)) { arguments, budget throws(FunctionFailure) in
                    try range(0, arguments.int(0), &budget)
                },
                .global([.int, .int], .list(.int)) { arguments, budget throws(FunctionFailure) in
                    try range(arguments.int(0), arguments.int(1), &budget)
                },
            ]),
    ]

    @Sendable private static func sum(_ arguments: [Value], _ budget: inout Budget) throws(FunctionFailure) -> Value {
        let list = arguments.list(0)
        try budget.spend(list.count)
        guard var total = list.first else { return .int(0) }
        for value in list.dropFirst() { total = try Arithmetic.add(total, value, &budget) }
        switch total {
        case .int, .uint, .double, .duration: return total
        default: throw FunctionFailure("sum needs numbers or durations, found \(total.typeWord)")
        }
    }

    @Sendable private static func sort(_ arguments: [Value], _ budget: inout Budget) throws(FunctionFailure) -> Value {
        let list = arguments.list(0)
        // About the number of comparisons, each of which may go through a text.
        try budget.spend(list.count * max(1, Int.bitWidth - list.count.leadingZeroBitCount))
        for value in list {
            if case .string(let text) = value { try budget.spend(bytes: text.utf8.count) }
            guard let first = list.first, value.order(against: first).map({ $0 != .unordered }) ?? false else {
                throw FunctionFailure("sort cannot order \(value.typeWord) with \(list[0].typeWord)")
            }
        }
        return .list(list.sorted { $0.order(against: $1) == .less })
    }

    @Sendable private static func distinct(_ arguments: [Value], _ budget: inout Budget) throws(FunctionFailure)
        -> Value
    {
        var seen: Set<MapKey> = []
        var others: [Value] = []
        var result: [Value] = []
        for value in arguments.list(0) {
            try budget.spend(2)
            if let key = MapKey(value) {
                if case .string(let text) = value { try budget.spend(bytes: text.utf8.count) }
                if seen.insert(key).inserted { result.append(value) }
                continue
            }
            var isNew = true
            for other in others where isNew {
                try budget.spend(1)
                isNew = try !value.isEqual(to: other, &budget)
            }
            if isNew {
                others.append(value)
                result.append(value)
            }
        }
        return .list(result)
    }

    private static func range(_ start: Int64, _ end: Int64, _ budget: inout Budget) throws(FunctionFailure) -> Value {
        guard start < end else { return .list([]) }
        let (count, overflow) = end.subtractingReportingOverflow(start)
        try budget.spend(overflow ? .max / 2 : Int(min(count, .max / 2)))
        return .list((start..<end).map { .int($0) })
    }
}
