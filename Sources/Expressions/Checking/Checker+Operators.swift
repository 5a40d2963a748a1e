extension Checker {
    mutating func checkOperator(_ syntax: Syntax) -> Checked {
        let range = syntax.range
        switch syntax.kind {
        case .not(let operand):
            let checked = check(operand)
            require(.bool, checked, "the operand of '!'")
            return Checked(node: folded(NotNode(checked.node, range), [checked.node]), type: .bool)
        case .negate(let operand):
            return checkNegate(operand, range)
        case .and(let terms): return checkLogic(terms, "&&", decisive: false, range)
        case .or(let terms): return checkLogic(terms, "||", decisive: true, range)
        case .conditional(let condition, let whenTrue, let whenFalse):
            return checkConditional(condition, whenTrue, whenFalse, range)
        case .binary(let operation, let left, let right):
            return checkBinary(operation, left, right, range)
        default: fatalError("not an operator")
        }
    }

    private mutating func checkNegate(_ operand: Syntax, _ range: Range<Int>) -> Checked {
        let checked = check(operand)
        var type = inference.resolve(checked.type)
        if isStrict, type != .int, type != .double, !type.isDynamic {
            report("'-' does not apply to \(type)", range)
            type = .error
        }
        let node = folded(NegateNode(checked.node, range), [checked.node])
        return Checked(node: node, type: type.isDynamic ? .dyn : type)
    }

    private mutating func checkLogic(_ terms: [Syntax], _ sign: String, decisive: Bool, _ range: Range<Int>)
        -> Checked
    {
        var nodes: [any Node] = []
        for term in terms {
            let checked = check(term)
            require(.bool, checked, "an operand of '\(sign)'")
            nodes.append(checked.node)
        }
        return Checked(node: folded(LogicNode(nodes, decisive: decisive, range), nodes), type: .bool)
    }

    private mutating func checkConditional(
        _ condition: Syntax, _ whenTrue: Syntax, _ whenFalse: Syntax, _ range: Range<Int>
    ) -> Checked {
        let test = check(condition)
        require(.bool, test, "the condition of '?'")
        let (one, other) = (check(whenTrue), check(whenFalse))
        let node = folded(
            ConditionalNode(test.node, one.node, other.node, range), [test.node, one.node, other.node])
        guard !isStrict || inference.unify(one.type, other.type) else {
            report(
                "the branches of '?' have different types: \(inference.resolve(one.type)) and "
                    + "\(inference.resolve(other.type))", range, help: "write dyn(…) around one of them")
            return Checked(node: node, type: .error)
        }
        return Checked(node: node, type: inference.join(one.type, other.type))
    }

    private mutating func checkBinary(
        _ operation: BinaryOperator, _ left: Syntax, _ right: Syntax, _ range: Range<Int>
    ) -> Checked {
        let (one, other) = (check(left), check(right))
        let node = folded(
            BinaryNode(OperatorTable.implementation(operation), one.node, other.node, range), [one.node, other.node])
        guard isStrict else { return Checked(node: node, type: .dyn) }
        let signatures = OperatorTable.signatures(operation)
        guard let type = resolve(signatures, [one.type, other.type]) else {
            let types = (inference.resolve(one.type), inference.resolve(other.type))
            report(
                "'\(operation.rawValue)' does not apply to \(types.0) and \(types.1)", range,
                help: OperatorTable.help(operation, types.0, types.1))
            return Checked(node: node, type: .error)
        }
        return Checked(node: node, type: type)
    }

    /// The result type where one of the signatures fits; `dyn` where several do with different results.
    private mutating func resolve(_ signatures: [OperatorTable.Signature], _ arguments: [ValueType]) -> ValueType? {
        var result: ValueType?
        let isDynamic = arguments.contains { inference.resolve($0).mentionsDynamic }
        let before = inference
        var learned = inference
        var count = 0
        for signature in signatures {
            let types = inference.instantiate([signature.left, signature.right, signature.result])
            guard inference.unify(types[0], arguments[0]), inference.unify(types[1], arguments[1]) else {
                inference = before
                continue
            }
            let found = inference.resolve(types[2])
            guard isDynamic else { return found }
            (learned, inference) = (inference, before)
            count += 1
            result = result.map { $0 == found ? found : .dyn } ?? found
        }
        // What was learned from one of several possible signatures must not stay.
        if count == 1 { inference = learned }
        return result
    }
}
