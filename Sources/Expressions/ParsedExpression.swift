/// An expression whose syntax is right; names and types are not yet checked.
package struct ParsedExpression: Sendable {
    /// The text as it was given.
    package let source: String
    /// Every path rooted at a free variable, in the order of the source.
    package let references: [Reference]
    private let syntax: Syntax

    /// Reads an expression; reports what is wrong with its syntax.
    ///
    /// Without macros, `all`, `map` and the like are ordinary calls, and `has` is no function.
    package static func parse(_ source: String, expandsMacros: Bool = true)
        -> Result<ParsedExpression, ExpressionProblems>
    {
        do throws(ExpressionProblem) {
            let syntax = try Parser.parse(Array(source.utf8), expandsMacros: expandsMacros)
            return .success(ParsedExpression(source, syntax))
        } catch {
            return .failure(ExpressionProblems(all: [error]))
        }
    }

    private init(_ source: String, _ syntax: Syntax) {
        self.source = source
        self.syntax = syntax
        references = ReferenceFinder.references(in: syntax)
    }

    /// Checks names and types; reports all problems at once.
    package func check(in environment: Environment) -> Result<Expression, ExpressionProblems> {
        var checker = Checker(environment)
        let checked = checker.check(syntax)
        guard checker.problems.isEmpty else { return .failure(ExpressionProblems(all: checker.problems)) }
        return .success(
            Expression(
                source: source, resultType: checker.inference.resolve(checked.type).settled, references: references,
                node: checked.node, slotCount: checker.slotCount))
    }
}

/// A free variable with the fields that are selected from it by constant names.
package struct Reference: Hashable, Sendable {
    /// The variable, then the fields, such as `["steps", "backup", "outputs", "path"]`.
    package let path: [String]
    /// The whole path in the source, in UTF-8 offsets.
    package let range: Range<Int>
}
