/// A regular expression with the syntax of RE2 and bounded work.
package struct Pattern: Sendable {
    package let source: String

    /// Compiles a pattern; refuses what RE2 does not have.
    package init(_ source: String) throws(PatternProblem) { fatalError("to come") }

    /// Whether the pattern matches anywhere in the text; throws where that needs too much work.
    package func matches(_ text: String) throws(FunctionFailure) -> Bool { fatalError("to come") }
}

/// Why a text is not a regular expression.
package struct PatternProblem: Error, Hashable, Sendable {
    /// What is wrong; lower case, no full stop.
    package let message: String
    /// Where in the pattern, as a UTF-8 offset.
    package let offset: Int
}
