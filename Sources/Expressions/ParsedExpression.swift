/// An expression whose syntax is right; names and types are not yet checked.
package struct ParsedExpression: Sendable {
    package let source: String
    /// Every path rooted at a free variable, in the order of the source.
    package let references: [Reference]

    /// Reads an expression; reports what is wrong with its syntax.
    package static func parse(_ source: String) -> Result<ParsedExpression, ExpressionProblems> {
        fatalError("to come")
    }

    /// Checks names and types; reports all problems at once.
    package func check(in environment: Environment) -> Result<Expression, ExpressionProblems> {
        fatalError("to come")
    }
}

/// A free variable with the fields that are selected from it by constant names.
package struct Reference: Hashable, Sendable {
    /// The variable, then the fields, such as `["steps", "backup", "outputs", "path"]`.
    package let path: [String]
    /// The whole path in the source, in UTF-8 offsets.
    package let range: Range<Int>
}
