import Diagnostics
import RunbookLoading
import RunbookModel

/// Checks what a file of tests names against the runbook.
struct TestFileCheck {
    private let index: StepIndex
    private let secrets: [String]
    private(set) var bag = DiagnosticBag()

    init(_ loaded: LoadedRunbook, _ index: StepIndex) {
        self.index = index
        secrets = ([loaded.root] + loaded.included.values).flatMap(\.secrets).map(\.name)
    }

    mutating func check(_ file: RunbookTestFile) {
        check(file.shared)
        for test in file.tests {
            check(test.settings)
            for crash in test.crashes { check(crash) }
            for case .choose(_, let step?) in test.then.map(\.kind) {
                check(Located(step, test.then.first { $0.kind.step == step }?.span ?? test.name.span))
            }
            check(test.expect)
        }
    }

    private mutating func check(_ settings: TestSettings) {
        for entry in settings.mocks {
            if StepPattern(entry.pattern.value).isLiteral {
                check(entry.pattern)
            } else if !index.paths.contains(where: { StepPattern(entry.pattern.value).rank($0) != nil }) {
                bag.add(.matchesNothing(entry.pattern))
            }
        }
        for entry in settings.answers { check(entry) }
        for secret in settings.secrets where !secrets.contains(secret.value.name) {
            bag.add(.unknownSecret(secret.value.name, secret.span, known: secrets))
        }
    }

    private mutating func check(_ answers: AnswerEntry) {
        let asking = index.entries.filter(\.step.asksPeople)
        if asking.contains(where: { StepPattern(answers.pattern.value).rank($0.path) != nil }) { return }
        if StepPattern(answers.pattern.value).isLiteral {
            let plain = index[answers.pattern.value]
            if plain == nil { return bag.add(.unknownStep(answers.pattern, known: asking.map(\.path))) }
            if plain?.step.asksPeople == false { bag.add(.asksNobody(answers.pattern)) }
        } else {
            bag.add(.matchesNothing(answers.pattern))
        }
    }

    private mutating func check(_ crash: CrashOrder) {
        check(crash.step)
        guard let entry = index[crash.step.value] else { return }
        if !entry.isLeaf, !["gate", "probe", "until"].contains(crash.purpose) { bag.add(.makesNoAttempts(crash.step)) }
        if crash.evidence == .running, entry.isLeaf, !entry.step.hasSupervisor { bag.add(.hasNoSupervisor(crash.step)) }
    }

    private mutating func check(_ expect: TestExpectation) {
        let lists = [expect.undone, expect.skipped, expect.neverStarted].compactMap { $0?.value }
        let named: [Located<String>] =
            lists.flatMap { $0 } + (expect.order?.steps ?? []) + expect.attempts.map(\.step) + expect.states.map(\.step)
            + expect.stepOutputs.map(\.step) + (expect.questions ?? []).compactMap(\.step)
            + [expect.forward?.step].compactMap { $0 }
        for step in named { check(step) }
    }

    private mutating func check(_ step: Located<String>) {
        if index[step.value] == nil { bag.add(.unknownStep(step, known: index.paths)) }
    }
}

extension TestOrder.Kind {
    fileprivate var step: String? { if case .choose(_, let step) = self { step } else { nil } }
}

extension Step {
    private static let people: Set<String> = ["manual", "approve", "confirm"]

    /// Whether its action or its undo is put to a person.
    fileprivate var asksPeople: Bool {
        if let action, Self.people.contains(action.kind) { return true }
        guard case .actions(let undo) = undo else { return false }
        return undo.actions.contains { Self.people.contains($0.kind) }
    }

    /// Whether its action runs under a supervisor, which outlives the driver.
    fileprivate var hasSupervisor: Bool { action?.kind == "run" || action?.kind == "command" }
}
