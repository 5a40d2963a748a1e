import Diagnostics
import Expressions

/// What stands in for the steps that a pattern names.
package struct MockEntry: Sendable {
    /// A path of a step, in which `*` stands for a part of one segment and `**` for anything.
    package let pattern: Located<String>
    package let mock: StepMock
    package init(pattern: Located<String>, mock: StepMock) {
        self.pattern = pattern
        self.mock = mock
    }
}

/// What stands in for one step; what is not said goes well.
package struct StepMock: Sendable {
    /// Successive tries of its action; the last one stands for all further ones.
    package var tries: [ActionMock] = []
    package var verify: LookMock?
    /// What its `done_when` says once an attempt may have had an effect.
    package var doneWhen: LookMock?
    /// What its `done_when` says before the first attempt.
    package var doneBefore: LookMock?
    package var apply: [ActionMock] = []
    package var undo: UndoMock?
    package var protect: ActionMock?
    package var restore: ActionMock?
    /// Of an included runbook.
    package var preconditions: LookMock?

    package init() {}
}

/// What stands in for the undo of a step.
package struct UndoMock: Sendable {
    /// Successive attempts, whatever item of the undo they are for.
    package var tries: [ActionMock] = []
    package var verify: LookMock?
    package var doneWhen: LookMock?
    package init() {}
}

/// How one try of an action ends.
package struct ActionMock: Sendable {
    package enum Ending: Sendable, Equatable {
        /// As its exit code says, 0 where there is none.
        case exits
        case signal(Int)
        case timesOut
        /// Nobody knows what became of it.
        case isLost
        case fails(String)
        /// It cannot be told whether it has had an effect.
        case isInconclusive(String)
    }

    package var ending = Ending.exits
    package var exit = 0
    package var stdout = ""
    package var stderr = ""
    /// What it writes to `$BELAY_OUTPUT`, or gives as an action inside Belay.
    package var outputs = ValueMap()
    /// Of an HTTP answer.
    package var status = 200
    package var body: Value?
    package var headers = ValueMap()
    package var elapsed: Duration = .zero
    package let span: Span

    package init(_ span: Span) { self.span = span }
}

/// What a list of checks answers.
package struct LookMock: Sendable {
    package enum Answer: String, Sendable, CaseIterable {
        case met, warn, inconclusive
        case notMet = "not_met"
    }

    /// One look at the list.
    package enum Look: Sendable {
        /// All checks that look at the host.
        case all(Answer)
        /// By the id, title or position (from 1) of a check; the others are met.
        case each([(check: Located<String>, answer: Answer)])
    }

    /// Successive looks; the last one stands for all further ones.
    package let looks: [Look]
    package let span: Span

    package init(_ looks: [Look], _ span: Span) {
        self.looks = looks
        self.span = span
    }
}
