/// Checks names and types, and makes the tree that is evaluated; goes on after problems, to report all.
struct Checker {
    /// A part of the expression with its type.
    struct Checked {
        let node: any Node
        let type: ValueType
    }

    /// A variable of a macro.
    struct Local {
        let name: String
        let slot: Int
        let type: ValueType
    }

    let environment: Environment
    var inference = Inference()
    private(set) var problems: [ExpressionProblem] = []
    /// More than anyone reads of one expression.
    private static let maxProblems = 100
    private var locals: [Local] = []
    private(set) var slotCount = 0
    /// What may still be spent on evaluating beforehand, so that checking is bounded as well.
    private var foldingWork = 100_000

    init(_ environment: Environment) { self.environment = environment }

    var isStrict: Bool { environment.strictness != .unchecked }

    mutating func check(_ syntax: Syntax) -> Checked {
        switch syntax.kind {
        case .literal(let value): Checked(node: ConstantNode(value, syntax.range), type: value.type)
        case .name(let name, let isAbsolute): checkName(name, isAbsolute: isAbsolute, syntax.range)
        case .select(let operand, let field, let isOptional):
            checkSelect(operand, field, isOptional: isOptional, syntax.range)
        case .index(let operand, let index, let isOptional):
            checkIndex(operand, index, isOptional: isOptional, syntax.range)
        case .has(let operand, let field): checkHas(operand, field, syntax.range)
        case .call(let name, let nameRange, let receiver, let arguments):
            checkCall(Call(name: name, nameRange: nameRange, range: syntax.range), receiver, arguments)
        case .not, .negate, .binary, .and, .or, .conditional: checkOperator(syntax)
        case .list(let elements): checkList(elements, syntax.range)
        case .map(let entries): checkMap(entries, syntax.range)
        case .comprehension(let comprehension): checkComprehension(comprehension, syntax.range)
        case .bind(let name, let value, let body): checkBind(name, value, body, syntax.range)
        case .optionalMap(let operand, let name, let body, let isFlat):
            checkOptionalMap(operand, name, body, isFlat: isFlat, syntax.range)
        }
    }

    mutating func report(_ message: String, _ range: Range<Int>, help: String? = nil) {
        let problem = ExpressionProblem(range: range, message: message, help: help)
        if problems.count < Self.maxProblems, !problems.contains(problem) { problems.append(problem) }
    }

    /// What stands for a part that is wrong: a problem, or without strictness an error when it is evaluated.
    mutating func fail(_ message: String, _ range: Range<Int>, help: String? = nil) -> Checked {
        if isStrict { report(message, range, help: help) }
        return Checked(node: FailingNode(message, range), type: .error)
    }

    func local(_ name: String) -> Local? { locals.last { $0.name == name } }

    /// Checks a part in which more variables are known.
    mutating func within<T>(_ variables: [(String, ValueType)], _ body: (inout Checker, [Int]) -> T) -> T {
        var slots: [Int] = []
        for (name, type) in variables {
            slots.append(slotCount)
            locals.append(Local(name: name, slot: slotCount, type: type))
            slotCount += 1
        }
        defer { locals.removeLast(variables.count) }
        return body(&self, slots)
    }

    /// Whether the type can be used where the other is wanted; reports where not.
    mutating func require(_ wanted: ValueType, _ given: Checked, _ what: String) {
        guard isStrict, !inference.unify(wanted, given.type) else { return }
        report(
            "\(what) must be \(wanted), not \(inference.resolve(given.type))", given.node.range)
    }

    /// The node, or its value where all parts are known beforehand and it has one.
    mutating func folded(_ node: any Node, _ parts: [any Node]) -> any Node {
        if case .success(let value)? = constantResult(of: node, parts), value.weight(atMost: 1_000) != nil {
            return ConstantNode(value, node.range)
        }
        return node
    }

    /// What the node gives, where all its parts are known beforehand and that is soon clear.
    mutating func constantResult(of node: any Node, _ parts: [any Node]) -> Result<Value, EvaluationProblem>? {
        for part in parts where part.constant == nil { return nil }
        let limit = min(10_000, foldingWork)
        var frame = Frame(DictionaryBindings([:]), slotCount: 0, Limits(work: limit))
        defer { foldingWork -= limit - frame.budget.remaining }
        do throws(EvaluationProblem) { return .success(try node.evaluate(&frame)) } catch {
            return error.message == Budget.exhausted ? nil : .failure(error)
        }
    }
}
