/// A string with `${{ expression }}` in it, checked and ready to be evaluated.
package struct Template: Sendable {
    package let source: String
    /// The expression's type where the whole text is one expression; otherwise string.
    package let resultType: ValueType
    /// Whether there is no expression in it.
    package let isLiteral: Bool
    /// The text where there is no expression in it, with `$${{` read as `${{`.
    package let literalText: String?
    /// Every path rooted at a free variable, with ranges in the whole source.
    package let references: [Reference]

    /// Reads a template; reports what is wrong with its syntax.
    package static func parse(_ text: String) -> Result<ParsedTemplate, ExpressionProblems> {
        fatalError("to come")
    }

    /// The value with these bindings; what comes out is never read as a template again.
    package func evaluate(_ bindings: some Bindings, limits: Limits = .standard) throws(EvaluationProblem) -> Value {
        fatalError("to come")
    }
}
