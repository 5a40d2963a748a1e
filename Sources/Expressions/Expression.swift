/// An expression that is checked and ready to be evaluated.
package struct Expression: Sendable {
    package let source: String
    package let resultType: ValueType
    /// Every path rooted at a free variable, in the order of the source.
    package let references: [Reference]

    /// Parses and checks in one go.
    package static func compile(_ source: String, in environment: Environment)
        -> Result<Expression, ExpressionProblems>
    {
        ParsedExpression.parse(source).flatMap { $0.check(in: environment) }
    }

    /// The value with these bindings; it is the same every time.
    package func evaluate(_ bindings: some Bindings, limits: Limits = .standard) throws(EvaluationProblem) -> Value {
        fatalError("to come")
    }
}
