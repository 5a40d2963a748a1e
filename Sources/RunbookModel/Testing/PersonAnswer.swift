import Diagnostics
import Expressions

/// What people answer to the prompts of some steps.
package struct AnswerEntry: Sendable {
    /// As for mocks.
    package let pattern: Located<String>
    /// One is given to every prompt of the step; several are given one after the other, and no more.
    package let answers: [PersonAnswer]
    /// The same for prompts of its undo; where empty, it is done.
    package let undo: [PersonAnswer]
    package init(pattern: Located<String>, answers: [PersonAnswer], undo: [PersonAnswer]) {
        self.pattern = pattern
        self.answers = answers
        self.undo = undo
    }
}

/// One answer of a person to a prompt.
package struct PersonAnswer: Sendable {
    package enum Verdict: String, Sendable, CaseIterable {
        case done, skip, approve, reject
        case couldNot = "could_not"
        /// Nobody answers in time.
        case expires
    }

    package let verdict: Verdict
    /// The name of who answers; nil: somebody who may.
    package var user: String?
    package var groups: [String] = []
    /// Form values.
    package var values = ValueMap()
    /// Items of the checklist; nil: all.
    package var ticked: [String]?
    package var evidence: String?
    /// What is typed; nil: what is asked for.
    package var typed: String?
    package var comment: String?
    /// How long it takes until somebody answers.
    package var after: Duration = .zero
    /// The answer must be refused, with a reason that contains this.
    package var refused: String?
    package let span: Span

    package init(_ verdict: Verdict, _ span: Span) {
        self.verdict = verdict
        self.span = span
    }
}
