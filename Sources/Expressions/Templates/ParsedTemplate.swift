/// A string with `${{ expression }}` in it, whose syntax is right.
package struct ParsedTemplate: Sendable {
    package let source: String
    /// Whether there is no expression in it.
    package let isLiteral: Bool
    /// The text where there is no expression in it, with `$${{` read as `${{`.
    package let literalText: String?
    /// Every path rooted at a free variable, with ranges in the whole source.
    package let references: [Reference]

    /// Checks names and types; reports all problems at once.
    package func check(in environment: Environment) -> Result<Template, ExpressionProblems> {
        fatalError("to come")
    }
}
