import Expressions
import RunbookModel

/// What one look of one check found.
package struct CheckFinding: Sendable, Equatable {
    package var answer: CheckAnswer
    /// What was seen, for people; lower case, no full stop.
    package var detail: String
    /// The number behind it, where there is one.
    package var value: Value?
    package var unit: String?

    package init(_ answer: CheckAnswer, _ detail: String, value: Value? = nil, unit: String? = nil) {
        self.answer = answer
        self.detail = detail
        self.value = value
        self.unit = unit
    }
}

/// What one check of a list answered.
package struct CheckResult: Sendable, Equatable {
    package var id: String?
    /// As the author wrote it, or a short rendering of the check.
    package var title: String
    package var kind: String
    package var answer: CheckAnswer
    package var detail: String
    package var value: Value?
    package var unit: String?
    package var severity: CheckCall.Severity
    /// Why the author checks this.
    package var why: String?
    package var elapsed: Duration

    /// What `steps.ID.checks` calls it.
    package var name: String { id ?? title }

    /// What it weighs in its list: a check of severity `warn` never does more than warn.
    package var weight: CheckAnswer { severity == .warn && !answer.holds ? .warn : answer }
}

/// What a list of checks answered; skipped ones (`when` is false) are left out.
package struct CheckReport: Sendable, Equatable {
    package var results: [CheckResult]
    /// A cancellation came: what is missing was not looked at.
    package var wasInterrupted = false

    package init(_ results: [CheckResult], wasInterrupted: Bool = false) {
        self.results = results
        self.wasInterrupted = wasInterrupted
    }

    /// The answer of the list: all must hold.
    package var answer: CheckAnswer { CheckAnswer.all(results.map(\.weight)) }

    /// How many gave an answer.
    package func count(_ answer: CheckAnswer) -> Int { results.count { $0.answer == answer } }

    /// The value of `steps.ID.checks`: the names of the checks by their answer.
    ///
    /// `failed` are those that keep the list from holding, whether not met or inconclusive.
    package var value: Value {
        func names(_ isIncluded: (CheckResult) -> Bool) -> Value {
            .list(results.filter(isIncluded).map { .string($0.name) })
        }
        let answers = CheckAnswer.allCases.map { answer in (answer.rawValue, names { $0.answer == answer }) }
        return .map(ValueMap(answers + [("failed", names { !$0.weight.holds })]))
    }

    /// One sentence for people on what keeps the list from holding; nil where nothing does.
    package var summary: String? {
        let failing = results.filter { !$0.weight.holds }
        guard let first = failing.first(where: { $0.answer == .notMet }) ?? failing.first else { return nil }
        let others = failing.count - 1
        return "\(first.title): \(first.detail)" + (others == 0 ? "" : ", and \(others) more")
    }
}
