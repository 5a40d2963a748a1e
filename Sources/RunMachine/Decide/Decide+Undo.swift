import RunPlan
import RunbookModel

extension RunMachine {
    /// The stages of a step's undo, in their order; empty where there is nothing to take back.
    func undoStages(_ index: Int) -> [(purpose: Purpose, item: Int)] {
        let node = graph.nodes[index]
        guard node.isLeaf, wasAttempted(index), node.takeBack == .possible else { return [] }
        var stages: [(Purpose, Int)] = []
        if case .actions(let undo) = node.step.undo {
            if !undo.doneWhen.isEmpty { stages.append((.undoProbe, 0)) }
            stages += undo.actions.indices.map { (.undo, $0) }
        } else if node.hasInherentUndo {
            stages.append((.undo, 0))
        }
        if steps[index].snapshot != nil { stages.append((.restore, 0)) }
        if node.step.apply != nil { stages.append((.undoApply, 0)) }
        if case .actions(let undo) = node.step.undo, !undo.verify.isEmpty { stages.append((.undoVerify, 0)) }
        return stages
    }

    /// A step's turn to be undone has come.
    func eventsToUndo(_ index: Int, _ context: DecisionContext) -> [RunEvent] {
        let path = graph.nodes[index].path
        let started = RunEvent.undoStarted(path)
        if case .irreversible(let why) = takeBack(index), wasAttempted(index) {
            let reason = "it cannot be undone: \(why)"
            let question = Question(why: reason, choices: [.waive, .keep], since: context.now.wall)
            return [started, .undoFailed(path, reason: reason), .questionOpened(path, question)]
        }
        let stages = undoStages(index).dropFirst(steps[index].undoStage)
        guard let first = stages.first else { return [started] + eventsOfUndone(index, reason: nil) }
        return [started, .attemptDue(path, first.purpose, item: first.item)]
    }

    /// Whether the step's action may have done something, or a person did it instead.
    package func wasAttempted(_ index: Int) -> Bool {
        (steps[index].tries > 0 || steps[index].isDoneByHand) && graph.nodes[index].action != nil
    }

    /// What can be taken back of a step in its present state.
    func takeBack(_ index: Int) -> Step.TakeBack {
        let declared = graph.nodes[index].takeBack
        // A commit step is failed only once its probe, or a person, has said that it did not take effect.
        if case .irreversible = declared, isProbed(index), steps[index].state == .failed { return .nothing }
        // What a person did, only an undo that is written down takes back: nothing was saved before.
        if case .actions = graph.nodes[index].step.undo { return declared }
        if declared == .possible, steps[index].isDoneByHand, steps[index].tries == 0 {
            return .irreversible(why: "it was done by hand, and nothing was saved before that")
        }
        return declared
    }

    /// How many stages of the undo are done after an attempt.
    func undoStage(of index: Int, after intent: AttemptIntent, _ kind: AttemptOutcome.Kind) -> Int {
        let stages = undoStages(index)
        switch (intent.purpose, kind) {
        case (.undoProbe, _), (.undoVerify, .done): return steps[index].undoStage
        // What its verify refutes is done again.
        case (.undoVerify, .failed), (.undoVerify, .inconclusive):
            return stages.firstIndex { $0.purpose != .undoProbe } ?? 0
        case (_, .done):
            let position = stages.firstIndex { $0.purpose == intent.purpose && $0.item == intent.item }
            return position.map { $0 + 1 } ?? steps[index].undoStage
        default: return steps[index].undoStage
        }
    }

    /// What the end of an undo's attempt leads to.
    func eventsOfUndoEnd(
        _ index: Int, _ intent: AttemptIntent, _ outcome: AttemptOutcome, _ context: DecisionContext
    ) -> [RunEvent] {
        let path = graph.nodes[index].path
        let ended = RunEvent.attemptEnded(path, number: intent.number, outcome, then: .idle)
        switch (intent.purpose, outcome.kind) {
        case (.undoProbe, .done): return [ended] + eventsOfUndone(index, reason: "found already undone")
        // An undo copes with "not applied", so what its probe cannot tell does not keep it from running.
        case (.undoProbe, _), (_, .done): return [ended] + eventsAfterUndoStage(index, intent)
        case (_, .neverLaunched): return [ended, .attemptDue(path, intent.purpose, item: intent.item)]
        case (_, .unknown), (_, .interrupted): return [ended] + eventsOfLostUndo(index, intent, outcome, context)
        case (_, .failed), (_, .inconclusive):
            return [ended] + eventsOfUndoFailure(index, outcome.reason ?? "it failed", context, intent, outcome.cause)
        }
    }

    private func eventsAfterUndoStage(_ index: Int, _ intent: AttemptIntent) -> [RunEvent] {
        nextUndoStage(index, after: intent).map { [$0] } ?? eventsOfUndone(index, reason: nil)
    }

    /// What comes after a stage of an undo; nil after the last.
    func nextUndoStage(_ index: Int, after intent: AttemptIntent) -> RunEvent? {
        let stages = undoStages(index)
        guard let position = stages.firstIndex(where: { $0.purpose == intent.purpose && $0.item == intent.item }),
            position + 1 < stages.count
        else { return nil }
        let next = stages[position + 1]
        return .attemptDue(graph.nodes[index].path, next.purpose, item: next.item)
    }

    private func eventsOfUndone(_ index: Int, reason: String?) -> [RunEvent] {
        let path = graph.nodes[index].path
        return [.undone(path, reason: reason)] + (isRelease(index) ? [.released(path)] : [])
    }

    /// Whether the undo of the step is the end of a temporary change, not of a failure.
    func isRelease(_ index: Int) -> Bool {
        run.direction == .forward && graph.nodes[index].step.release != nil && continuesOrEnds(index)
    }

    private func continuesOrEnds(_ index: Int) -> Bool {
        !graph.ancestors(of: index).contains { steps[$0].failing != nil && steps[$0].undoesGroup }
    }

    /// An undo in flight at a crash runs again, or as its `on_interrupt` says.
    private func eventsOfLostUndo(
        _ index: Int, _ intent: AttemptIntent, _ outcome: AttemptOutcome, _ context: DecisionContext
    ) -> [RunEvent] {
        let path = graph.nodes[index].path
        let policy = interruptPolicyOfUndo(index, intent)
        if case .actions(let undo) = graph.nodes[index].step.undo {
            if policy == .probe, !undo.doneWhen.isEmpty { return [.attemptDue(path, .undoProbe, item: 0)] }
        }
        if policy == .ask || policy == .fail {
            let reason = "what became of its undo is not known: \(outcome.reason ?? "it was interrupted")"
            return eventsOfUndoFailure(index, reason, context)
        }
        return [.attemptDue(path, intent.purpose, item: intent.item)]
    }

    func interruptPolicyOfUndo(_ index: Int, _ intent: AttemptIntent) -> InterruptPolicy {
        guard intent.purpose == .undo, case .actions(let undo) = graph.nodes[index].step.undo else { return .rerun }
        return undo.onInterrupt ?? .rerun
    }

    /// The undo has failed: once more after a while, or a person is asked.
    func eventsOfUndoFailure(
        _ index: Int, _ reason: String, _ context: DecisionContext, _ intent: AttemptIntent? = nil,
        _ cause: AttemptOutcome.Cause? = nil
    ) -> [RunEvent] {
        let path = graph.nodes[index].path
        if let retry = retryOfUndo(index, intent, cause, context) { return [retry] }
        return [.undoFailed(path, reason: reason), undoQuestion(index, reason, context)]
    }

    /// The next try of an undo, where its `retry` allows one.
    func retryOfUndo(
        _ index: Int, _ intent: AttemptIntent?, _ cause: AttemptOutcome.Cause?, _ context: DecisionContext
    ) -> RunEvent? {
        guard let intent, intent.purpose.isUndo, let cause, let delay = context.retryDelay,
            case .actions(let undo) = graph.nodes[index].step.undo,
            let retry = undo.retry, intent.tryNumber < retry.attempts, retry.covers(cause)
        else { return nil }
        let item = intent.purpose == .undoVerify ? 0 : intent.item
        let purpose = intent.purpose == .undoVerify ? .undo : intent.purpose
        let until = Deadline(from: context.now, length: delay)
        return .retryScheduled(graph.nodes[index].path, purpose, item: item, until: until)
    }

    private func undoQuestion(_ index: Int, _ reason: String, _ context: DecisionContext) -> RunEvent {
        let choices: [Choice] =
            run.direction == .rollback ? [.retry, .waive, .keep] : [.retry, .waive, .rollback, .keep]
        return .questionOpened(
            graph.nodes[index].path, Question(why: reason, choices: choices, since: context.now.wall))
    }
}
