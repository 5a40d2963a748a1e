import RunPlan
import RunbookModel

/// Temporary changes that were released before the run turned, and under which alone the rest can be undone.
///
/// `undone` is final, so the step stays undone; what is applied and released again are attempts of their own on it.
extension RunMachine {
    /// Whether undos must wait until a released change is applied again.
    var isReapplying: Bool {
        !isRollbackClear
            && derived.reapplied.contains {
                steps[$0].reapplication == .due && [.undoStarted, .undone].contains(steps[$0].state)
            }
    }

    /// Whether a change that was applied again is still to be released.
    var holdsAgain: Bool { derived.reapplied.contains { steps[$0].reapplication == .held } }

    private var isRollbackClear: Bool { derived.fronts[UndoFront.ofRun]?.isClear == true }

    private func awaitsReapplication(_ index: Int) -> Bool {
        steps[index].state == .undone && steps[index].reapplication == .due
    }

    /// Before anything is undone they are applied again, side by side; once all is undone they are released.
    func eventsOfReapplications() -> [RunEvent] {
        guard run.pauseRequested == nil, !isStuck, !run.isEnding, !derived.reapplied.isEmpty else { return [] }
        let isClear = isRollbackClear
        return derived.reapplied.sorted().compactMap { index in
            guard steps[index].phase == .idle, steps[index].question == nil else { return nil }
            let path = graph.nodes[index].path
            if !isClear { return awaitsReapplication(index) ? .attemptDue(path, .reapply, item: 0) : nil }
            guard steps[index].reapplication == .held else { return nil }
            guard let stage = undoStages(index).dropFirst(steps[index].undoStage).first else {
                return .reapplication(path, .released)
            }
            return .attemptDue(path, stage.purpose, item: stage.item)
        }
    }

    /// What the end of such an attempt leads to.
    func eventsOfReapplicationEnd(
        _ index: Int, _ intent: AttemptIntent, _ outcome: AttemptOutcome, _ context: DecisionContext
    ) -> [RunEvent] {
        let node = graph.nodes[index]
        let ended = RunEvent.attemptEnded(node.path, number: intent.number, outcome, then: .idle)
        let again = RunEvent.attemptDue(node.path, intent.purpose, item: intent.item)
        switch (intent.purpose, outcome.kind) {
        case (.reapply, .done):
            // The second item is what makes it take effect.
            let hasMore = intent.item == 0 && node.step.apply != nil
            return [ended, hasMore ? .attemptDue(node.path, .reapply, item: 1) : .reapplication(node.path, .held)]
        case (.undoProbe, .done): return [ended, .reapplication(node.path, .released)]
        case (.undoProbe, _), (_, .done):
            return [ended, nextUndoStage(index, after: intent) ?? .reapplication(node.path, .released)]
        case (_, .neverLaunched): return [ended, again]
        case (_, .unknown), (_, .interrupted):
            let policy =
                intent.purpose == .reapply
                ? node.step.onInterrupt ?? defaultInterruptPolicy(index) : interruptPolicyOfUndo(index, intent)
            if policy == .rerun { return [ended, again] }
            let reason = "what became of it is not known: \(outcome.reason ?? "it was interrupted")"
            return [ended, questionOfReapplication(index, reason, context)]
        case (_, .failed), (_, .inconclusive):
            if let retry = retryOfUndo(index, intent, outcome.cause, context) { return [ended, retry] }
            return [ended, questionOfReapplication(index, outcome.reason ?? "it failed", context)]
        }
    }

    func questionOfReapplication(_ index: Int, _ reason: String, _ context: DecisionContext) -> RunEvent {
        let what = steps[index].reapplication == .due ? "applied again for the rollback" : "released again"
        return .questionOpened(
            graph.nodes[index].path,
            Question(
                why: "the temporary change could not be \(what): \(reason)", choices: [.retry, .waive, .keep],
                since: context.now.wall))
    }
}
