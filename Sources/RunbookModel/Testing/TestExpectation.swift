import Diagnostics
import Expressions

/// What must come out of a rehearsed run; what is nil is not looked at.
package struct TestExpectation: Sendable {
    /// An outcome of a closed run, or what an open one is doing.
    package var outcome: Located<String>?
    package var exit: Located<Int>?
    package var forward: Ending?
    package var rollback: Located<String>?
    /// Steps in the order in which they started.
    package var order: Order?
    /// Exactly the steps that were taken back, in this order.
    package var undone: Located<[Located<String>]>?
    /// Exactly the steps that were skipped.
    package var skipped: Located<[Located<String>]>?
    /// Exactly the steps that are still pending at the end.
    package var neverStarted: Located<[Located<String>]>?
    package var attempts: [(step: Located<String>, count: Located<Int>)] = []
    package var states: [(step: Located<String>, state: Located<String>)] = []
    package var outputs: [Located<(name: String, value: Value)>] = []
    package var stepOutputs: [(step: Located<String>, outputs: [Located<(name: String, value: Value)>])] = []
    package var questions: [AskedQuestion]?
    /// Each is contained in one of the messages, in this order.
    package var notified: Located<[Located<String>]>?
    /// Each is contained in the reason for which the run was refused.
    package var refused: [Located<String>] = []
    package var span: Span

    package init(_ span: Span) { self.span = span }

    /// How the forward work ended.
    package struct Ending: Sendable {
        package var result: Located<String>?
        package var step: Located<String>?
        /// Contained in the reason.
        package var reason: Located<String>?
        package init() {}
    }

    /// Steps that start one after the other.
    package struct Order: Sendable {
        package let steps: [Located<String>]
        /// Whether no other step starts.
        package let isExact: Bool
        package let span: Span
        package init(_ steps: [Located<String>], isExact: Bool, _ span: Span) {
            self.steps = steps
            self.isExact = isExact
            self.span = span
        }
    }

    /// Something that a person is asked.
    package struct AskedQuestion: Sendable {
        /// Nil: about the run.
        package var step: Located<String>?
        /// Contained in the question.
        package var why: Located<String>?
        /// Exactly the choices.
        package var choices: [String]?
        package let span: Span
        package init(_ span: Span) { self.span = span }
    }
}
