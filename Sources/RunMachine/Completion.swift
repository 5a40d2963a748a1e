import RunPlan
import RunbookModel

extension RunMachine {
    /// Whether the run may close before long.
    package var isNearItsEnd: Bool { derived.unsettledRoots <= 1 || run.isEnding || run.direction == .rollback }

    /// The next handler, or the end of the one that runs.
    func eventsOfHandlers() -> [RunEvent] {
        if let active = run.handlers.last(where: { !$0.hasEnded }) {
            let path = Graph.handlerPath(active.event, occurrence: active.occurrence)
            guard let index = graph.index(of: path), derived.unsettled[index] > 0 else {
                return [.handlerEnded(active.event, occurrence: active.occurrence)]
            }
            return []
        }
        guard let next = run.pendingHandlers.first else { return [] }
        let occurrence = run.handlers.count { $0.event == next } + 1
        return [.handlerStarted(next, occurrence: occurrence)]
    }

    /// The end of the forward work, the outcome, and the close, each when its time has come.
    func eventsOfCompletion(_ context: DecisionContext) -> [RunEvent] {
        guard run.handlers.allSatisfy(\.hasEnded), run.pendingHandlers.isEmpty, !hasInFlight else { return [] }
        if let outcome = run.decidedOutcome { return [.closed(outcome)] }
        return run.direction == .forward ? eventsOfForwardEnd() : eventsOfRollbackEnd()
    }

    private func eventsOfForwardEnd() -> [RunEvent] {
        guard let result = run.forward else {
            let isDone =
                run.isAdmitted && derived.unsettledRoots == 0 && derived.questions.isEmpty
                && derived.betweenAttempts.allSatisfy { steps[$0].phase == .idle && steps[$0].isAllowed }
            return isDone && run.question == nil && derived.undosUnderWay == 0
                ? [.forwardEnded(ForwardResult(.succeeded, reason: noteOnSuccess))] : []
        }
        guard derived.undosUnderWay == 0, derived.questions.isEmpty,
            derived.betweenAttempts.allSatisfy({ steps[$0].phase == .idle })
        else { return [] }
        switch result.result {
        case .succeeded: return [.outcomeDecided(.succeeded)]
        case .cancelled: return [.outcomeDecided(.cancelled)]
        case .refused: return [.outcomeDecided(.refused)]
        // A no before anything was done is a refusal; otherwise what was done is kept, and listed.
        case .rejected: return [.outcomeDecided(hasEffects ? .failed : .refused)]
        case .failed, .timedOut: return [.outcomeDecided(.failed)]
        }
    }

    private var hasEffects: Bool {
        workNodes.contains {
            $0.isLeaf && !$0.isReadOnly && steps[$0.index].state.mayHaveEffect && wasAttempted($0.index)
        }
    }

    /// A success says how many failures it allowed.
    private var noteOnSuccess: String? {
        let allowed = workNodes.filter { steps[$0.index].isAllowed && $0.isLeaf }.map(\.path.text)
        return allowed.isEmpty ? nil : "with \(allowed.count) allowed failure(s): \(allowed.joined(separator: ", "))"
    }

    private func eventsOfRollbackEnd() -> [RunEvent] {
        if run.isEnding { return [.outcomeDecided(.inconsistent)] }
        guard derived.fronts[UndoFront.ofRun]?.isClear == true, !holdsAgain else { return [] }
        guard run.isRollbackVerified || !rollbackNeedsVerify else { return [] }
        let isWaived =
            run.isRollbackVerifyWaived || steps.contains { $0.state == .waived || $0.reapplication == .leftHeld }
        if isWaived { return [.outcomeDecided(.inconsistent)] }
        return [.outcomeDecided(derived.floor.isEmpty ? .rolledBack : .rolledBackToCommit)]
    }
}
