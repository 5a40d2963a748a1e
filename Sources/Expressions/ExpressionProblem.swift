/// One thing that is wrong with the text of an expression.
package struct ExpressionProblem: Error, Hashable, Sendable {
    /// Where, in UTF-8 offsets of the source that was given.
    package let range: Range<Int>
    /// What is wrong; lower case, no full stop.
    package let message: String
    /// What to do about it.
    package let help: String?

    package init(range: Range<Int>, message: String, help: String? = nil) {
        self.range = range
        self.message = message
        self.help = help
    }
}

/// All that is wrong with an expression or a template; never empty.
package struct ExpressionProblems: Error, Hashable, Sendable {
    /// In the order of finding; that is about the order of the source.
    package let all: [ExpressionProblem]
}

/// Why an expression has no value.
package struct EvaluationProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong; lower case, no full stop.
    package let message: String
    /// The part of the source that failed, in UTF-8 offsets.
    package let range: Range<Int>

    package var description: String { message }
}
