extension StandardFunctions {
    static let sizes: [Function] = [
        Function(
            "size",
            .either([.string], .int) { arguments, budget throws(FunctionFailure) in
                let text = arguments.string(0)
                try budget.spend(bytes: text.utf8.count)
                return .int(Int64(text.unicodeScalars.count))
            }
                + .either([.bytes], .int) { arguments, _ in .int(Int64(arguments[0].asBytes?.count ?? 0)) }
                + .either([.list(.parameter("A"))], .int) { arguments, _ in .int(Int64(arguments.list(0).count)) }
                + .either([.map(.parameter("A"), .parameter("B"))], .int) { arguments, _ in
                    .int(Int64(arguments[0].asMap?.count ?? 0))
                })
    ]

    /// The functions on text of the language itself.
    static let texts: [Function] = [
        Function(
            "contains",
            [
                .member([.string, .string], .bool) { arguments, budget throws(FunctionFailure) in
                    try budget.spend(bytes: arguments.string(0).utf8.count + arguments.string(1).utf8.count)
                    let search = ByteSearch(arguments.string(1).utf8)
                    return .bool(search.first(in: Array(arguments.string(0).utf8)) != nil)
                }
            ]),
        Function(
            "startsWith",
            [
                .member([.string, .string], .bool) { arguments, budget throws(FunctionFailure) in
                    try budget.spend(bytes: arguments.string(1).utf8.count)
                    return .bool(arguments.string(0).utf8.starts(with: arguments.string(1).utf8))
                }
            ]),
        Function(
            "endsWith",
            [
                .member([.string, .string], .bool) { arguments, budget throws(FunctionFailure) in
                    try budget.spend(bytes: arguments.string(1).utf8.count)
                    return .bool(arguments.string(0).utf8.reversed().starts(with: arguments.string(1).utf8.reversed()))
                }
            ]),
        Function(
            "matches",
            .either([.string, .string], .bool) { arguments, budget throws(FunctionFailure) in
                try budget.spend(2_000)  // A pattern that is not constant is compiled each time.
                let pattern: Pattern
                do throws(PatternProblem) { pattern = try Pattern(arguments.string(1)) } catch {
                    throw FunctionFailure("invalid pattern: \(error.message)")
                }
                return .bool(try pattern.matches(arguments.string(0), &budget))
            }),
    ]
}
