/// An expression that is checked and ready to be evaluated.
package struct Expression: Sendable {
    /// The text as it was given.
    package let source: String
    /// The type of its value; `dyn` where only evaluation can tell.
    package let resultType: ValueType
    /// Every path rooted at a free variable, in the order of the source.
    package let references: [Reference]
    let node: any Node
    let slotCount: Int

    /// Parses and checks in one go.
    package static func compile(_ source: String, in environment: Environment)
        -> Result<Expression, ExpressionProblems>
    {
        ParsedExpression.parse(source).flatMap { $0.check(in: environment) }
    }

    /// The value with these bindings; it is the same every time.
    package func evaluate(_ bindings: some Bindings, limits: Limits = .standard) throws(EvaluationProblem) -> Value {
        var frame = Frame(bindings, slotCount: slotCount, limits)
        return try frame.result(of: node)
    }
}

extension Frame {
    init(_ bindings: any Bindings, slotCount: Int, _ limits: Limits) {
        self.init(
            locals: slotCount == 0 ? [] : Array(repeating: .null, count: slotCount), bindings: bindings,
            budget: Budget(limits))
    }

    /// The value of a whole expression, which pays for its size: it will be written somewhere.
    mutating func result(of node: any Node) throws(EvaluationProblem) -> Value {
        let value = try node.evaluate(&self)
        guard let weight = value.weight(atMost: budget.remaining) else {
            throw EvaluationProblem(message: Budget.exhausted, range: node.range)
        }
        do { try budget.spend(weight) } catch { throw EvaluationProblem(message: error.message, range: node.range) }
        return value
    }
}
