import Checks
import RunEngine
import RunMachine
import RunPlan
import RunbookModel

extension MockHost {
    func look(_ part: RehearsedPart, _ checks: [CheckCall]) -> [CheckFinding?] {
        let outside = checks.map(\.touchesHost)
        guard outside.contains(true) else { return checks.map { _ in nil } }
        let look = state.withLock { state in nextLook(part, checks, &state) }
        var unmatched = Set(look.names)
        let findings = checks.indices.map { index -> CheckFinding? in
            let answer = look.answer(to: checks[index], at: index, &unmatched)
            return outside[index] ? CheckFinding(answer.checkAnswer, "as the mock says") : nil
        }
        if let name = unmatched.min() {
            let place = part.node.map { "step '\($0.path)'" } ?? "the runbook"
            state.withLock { $0.problems.append("\(place) has no check '\(name)' to answer for") }
        }
        return findings
    }

    private func nextLook(_ part: RehearsedPart, _ checks: [CheckCall], _ state: inout State) -> LookMock.Look {
        let path = part.node?.path
        switch part.subject {
        case .rollbackVerify: return look(settings.rollbackVerify ?? shared.rollbackVerify, "rollback_verify", &state)
        case .preconditions:
            guard let path else {
                return look(settings.preconditions ?? shared.preconditions, "preconditions", &state)
            }
            return state.book.next(.preconditions, at: path) { $0.preconditions?.looks ?? [] } ?? .all(.met)
        case .attempt(let intent):
            guard let node = part.node else { return .all(.met) }
            return nextLook(of: node, intent, checks, &state)
        }
    }

    /// Successive looks at what belongs to the run as a whole.
    private func look(_ mock: LookMock?, _ key: String, _ state: inout State) -> LookMock.Look {
        guard let mock else { return .all(.met) }
        let position = state.runLooks[key, default: 0]
        state.runLooks[key] = position + 1
        return mock.looks[min(position, mock.looks.count - 1)]
    }

    private func nextLook(
        of node: PlanNode, _ intent: AttemptIntent, _ checks: [CheckCall], _ state: inout State
    ) -> LookMock.Look {
        let path = node.path
        func next(_ facet: MockBook.Facet, _ looks: (StepMock) -> [LookMock.Look]?) -> LookMock.Look? {
            state.book.next(facet, at: path) { looks($0) ?? [] }
        }
        switch intent.purpose {
        case .gate: return next(.preconditions) { $0.preconditions?.looks } ?? .all(.met)
        case .probe where node.ladder == nil: return next(.doneBefore) { $0.doneBefore?.looks } ?? .all(.notMet)
        case .undoProbe: return next(.undoDoneWhen) { $0.undo?.doneWhen?.looks } ?? .all(.notMet)
        case .undoVerify: return next(.undoVerify) { $0.undo?.verify?.looks } ?? .all(.met)
        case .settle where node.ladder == nil && checks.first?.span == node.step.doneWhen.first?.span:
            if let look = next(.doneWhen, { $0.doneWhen?.looks }) { return look }
            state.add(MissingMock(path: path, what: .doneWhen))
            return .all(.inconclusive)
        default:
            if let look = next(.verify, { $0.verify?.looks }) { return look }
            if !state.book.covers(path) { state.add(MissingMock(path: path, what: .checks)) }
            return .all(.met)
        }
    }
}

extension LookMock.Look {
    /// The checks that it names.
    fileprivate var names: [String] {
        if case .each(let answers) = self { answers.map(\.check.value) } else { [] }
    }

    /// The answer to a check of the list, by its id, title or position.
    fileprivate func answer(to check: CheckCall, at index: Int, _ unmatched: inout Set<String>) -> LookMock.Answer {
        switch self {
        case .all(let answer): return answer
        case .each(let answers):
            let names = [check.id?.text, check.title?.source, "\(index + 1)"].compactMap { $0 }
            guard let found = answers.first(where: { names.contains($0.check.value) }) else { return .met }
            unmatched.remove(found.check.value)
            return found.answer
        }
    }
}

extension LookMock.Answer {
    fileprivate var checkAnswer: CheckAnswer {
        switch self {
        case .met: .met
        case .warn: .warn
        case .notMet: .notMet
        case .inconclusive: .inconclusive
        }
    }
}

extension CheckCall {
    /// Whether the check looks at anything but the run itself.
    fileprivate var touchesHost: Bool {
        switch kind {
        case "that": return false
        case "all", "any", "not":
            guard case .checks(let inner) = argument else { return true }
            return inner.contains(where: \.touchesHost)
        default: return true
        }
    }
}
