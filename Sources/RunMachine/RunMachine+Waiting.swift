import RunPlan
import RunbookModel

extension RunMachine {
    /// Until when the run does nothing but wait (a `wait` step, handlers left out); nil while anything else goes on.
    package var waitingUntil: Deadline? {
        guard !run.isClosed, run.question == nil, derived.questions.isEmpty, derived.backingOff.isEmpty else {
            return nil
        }
        var earliest: Deadline?
        for index in derived.running where derived.handlerRoot[index] == nil {
            guard let deadline = waitInFlight(index) else { return nil }
            if earliest.map({ deadline.due.wall < $0.due.wall }) ?? true { earliest = deadline }
        }
        return earliest
    }

    /// Whether what is open is put to people (or is the next step in guide mode), and nobody must choose.
    package var asksOnlyPeople: Bool {
        guard run.question == nil, derived.questions.allSatisfy({ steps[$0].question?.isGuide == true }) else {
            return false
        }
        return !derived.asking.isEmpty || !derived.questions.isEmpty
    }

    /// Whether nothing goes on but handlers, because people have been asked. Mutating like `effects`.
    package mutating func waitsForPeople() -> Bool {
        guard !run.isClosed, run.pauseRequested == nil, nextTimer == nil, asksOnlyPeople,
            derived.running.allSatisfy({ derived.handlerRoot[$0] != nil })
        else { return false }
        return effects().allSatisfy { $0.node.map { derived.handlerRoot[$0] != nil } ?? false }
    }

    /// What people are asked now, in the order of the runbook.
    package var openPrompts: [(path: StepPath, prompt: Prompt)] {
        derived.asking.sorted().compactMap { index in
            steps[index].openPrompt.map { (graph.nodes[index].path, $0) }
        }
    }

    private func waitInFlight(_ index: Int) -> Deadline? {
        guard graph.nodes[index].isWait, let intent = steps[index].inFlight, intent.purpose == .action
        else { return nil }
        return intent.deadline
    }
}

extension Effect {
    /// The node that it concerns.
    fileprivate var node: Int? {
        switch self {
        case .begin(let index), .attempt(let index, _, _), .finishGroup(let index): index
        case .admit, .interrupt, .verifyRollback: nil
        }
    }
}
