extension Parser {
    /// The node of a macro; nil where the call is none.
    func macro(
        _ name: String, _ nameRange: Range<Int>, _ receiver: Syntax?, _ arguments: [Syntax], _ range: Range<Int>
    ) throws(ExpressionProblem) -> Syntax? {
        guard let receiver else {
            return name == "has" && arguments.count == 1 ? try has(arguments[0], range) : nil
        }
        let children = [receiver] + arguments
        switch (name, arguments.count) {
        case ("bind", 3):
            guard case .name("cel", _) = receiver.kind else { return nil }
            let variable = try variableName(arguments[0])
            return try node(range, .bind(variable, arguments[1], body: arguments[2]), children)
        case ("optMap", 2), ("optFlatMap", 2):
            let variable = try variableName(arguments[0])
            let isFlat = name == "optFlatMap"
            return try node(
                range, .optionalMap(receiver, variable, body: arguments[1], isFlat: isFlat), children)
        default:
            guard let parts = try comprehension(name, arguments) else { return nil }
            let comprehension = Syntax.Comprehension(
                macro: parts.macro, source: receiver, variables: parts.variables, condition: parts.condition,
                body: parts.body)
            return try node(range, .comprehension(comprehension), children)
        }
    }

    private func has(_ argument: Syntax, _ range: Range<Int>) throws(ExpressionProblem) -> Syntax {
        guard case .select(let operand, let field, _) = argument.kind else {
            throw ExpressionProblem(
                range: argument.range, message: "has() needs a field selection",
                help: "write has(a.b), or \"b\" in a for other keys")
        }
        return try node(range, .has(operand, field), [operand])
    }

    private typealias Parts = (macro: Syntax.Macro, variables: [String], condition: Syntax?, body: Syntax)

    private func comprehension(_ name: String, _ arguments: [Syntax]) throws(ExpressionProblem) -> Parts? {
        switch (name, arguments.count) {
        case ("all", 2): try parts(.all, arguments, 1)
        case ("all", 3): try parts(.all, arguments, 2)
        case ("exists", 2): try parts(.exists, arguments, 1)
        case ("exists", 3): try parts(.exists, arguments, 2)
        case ("exists_one", 2), ("existsOne", 2): try parts(.existsOne, arguments, 1)
        case ("exists_one", 3), ("existsOne", 3): try parts(.existsOne, arguments, 2)
        case ("map", 2), ("map", 3): try parts(.map, arguments, 1)
        case ("filter", 2): try parts(.filter, arguments, 1)
        case ("transformList", 3), ("transformList", 4): try parts(.map, arguments, 2)
        case ("transformMap", 3), ("transformMap", 4): try parts(.transformMap, arguments, 2)
        case ("transformMapEntry", 3), ("transformMapEntry", 4): try parts(.transformMapEntry, arguments, 2)
        default: nil
        }
    }

    private func parts(_ macro: Syntax.Macro, _ arguments: [Syntax], _ count: Int) throws(ExpressionProblem) -> Parts {
        var variables: [String] = []
        for argument in arguments.prefix(count) { variables.append(try variableName(argument)) }
        if count == 2, variables[0] == variables[1] {
            throw ExpressionProblem(range: arguments[1].range, message: "the two variables need different names")
        }
        let hasCondition = arguments.count == count + 2
        return (macro, variables, hasCondition ? arguments[count] : nil, arguments[arguments.count - 1])
    }

    private func variableName(_ argument: Syntax) throws(ExpressionProblem) -> String {
        guard case .name(let name, isAbsolute: false) = argument.kind else {
            throw ExpressionProblem(range: argument.range, message: "expected a name for the variable")
        }
        return name
    }
}
