import RunPlan
import RunbookModel

/// What the engine is to do next; it follows from the state, so that a restart knows it too.
package enum Effect: Sendable, Equatable {
    /// Evaluate the preconditions.
    case admit
    /// Evaluate `when`, then start the step (or skip it).
    case begin(Int)
    /// Make an attempt.
    case attempt(Int, Purpose, item: Int)
    /// All children have settled: compute the group's outputs.
    case finishGroup(Int)
    /// End checks that no longer matter.
    case interrupt(AttemptIntent)
    /// Everything is undone: evaluate `rollback.verify`.
    case verifyRollback
}

extension RunMachine {
    /// What is to be done now. Mutating only because it tidies its queues.
    package mutating func effects() -> [Effect] {
        guard !run.isClosed else { return [] }
        var effects: [Effect] = interruptions()
        if !run.isAdmitted, run.forward == nil, run.pauseRequested == nil, run.question == nil, !hasInFlight {
            return effects + [.admit]
        }
        effects += finishedGroups()
        var room = max(0, maxParallel - derived.running.count)
        let due = dueAttempts(room)
        room -= due.count
        effects += due
        if room > 0 { effects += beginnings(room) }
        if isRollbackVerifyDue { effects.append(.verifyRollback) }
        return effects
    }

    /// Where the run stands still until a person or `resume` comes; nil while something can go on by itself.
    package mutating func standstill() -> Activity? {
        guard !run.isClosed, !hasInFlight, effects().isEmpty, nextTimer == nil else { return nil }
        if run.pauseRequested != nil { return .paused }
        return .attention
    }

    /// The moment at which a retry or the run's deadline is due.
    package var nextTimer: Deadline? {
        let retries: [Deadline] = derived.backingOff.compactMap {
            if case .backingOff(_, _, let until) = steps[$0].phase { until } else { nil }
        }
        return retries.min { $0.due.wall < $1.due.wall }
    }

    private func interruptions() -> [Effect] {
        guard run.direction == .rollback || run.isEnding else { return [] }
        return derived.running.sorted().compactMap { index in
            guard let intent = steps[index].inFlight, derived.handlerRoot[index] == nil,
                intent.purpose.onlyLooks, !intent.purpose.isUndo, steps[index].state != .unknown
            else { return nil }
            return .interrupt(intent)
        }
    }

    private func finishedGroups() -> [Effect] {
        guard run.direction == .forward, !run.isEnding else { return [] }
        return derived.groups.sorted().compactMap { index in
            guard steps[index].state == .started, derived.unsettled[index] == 0, steps[index].failing == nil,
                !graph.nodes[index].isHandler
            else { return nil }
            return .finishGroup(index)
        }
    }

    private mutating func dueAttempts(_ room: Int) -> [Effect] {
        var queue = derived.due
        derived.due = Derived.Queue()
        let found = queue.first(room, where: isDue, if: mayAttempt)
        derived.due = queue
        return found.compactMap { index in
            guard case .due(let purpose, let item) = steps[index].phase else { return nil }
            return .attempt(index, purpose, item: item)
        }
    }

    private func isDue(_ index: Int) -> Bool { if case .due = steps[index].phase { true } else { false } }

    private func mayAttempt(_ index: Int) -> Bool {
        guard case .due(let purpose, _) = steps[index].phase else { return false }
        if derived.handlerRoot[index] != nil { return true }
        if run.pauseRequested != nil { return false }
        if purpose.isUndo { return run.direction == .forward || !run.isEnding }
        return continuesForward(index) || (purpose == .settle && graph.nodes[index].step.isCommit)
    }

    private mutating func beginnings(_ room: Int) -> [Effect] {
        let isHeld = isHoldingBack
        var queue = derived.ready
        derived.ready = Derived.Queue()
        let found = queue.first(room, where: isReady) { !isHeld || derived.handlerRoot[$0] != nil }
        derived.ready = queue
        return found.map { .begin($0) }
    }

    private func isReady(_ index: Int) -> Bool {
        guard steps[index].state == .pending, steps[index].phase == .idle, steps[index].question == nil,
            derived.unmet[index] == 0
        else { return false }
        guard let parent = graph.nodes[index].parent else { return !graph.nodes[index].isHandler }
        return steps[parent].state == .started && !graph.ancestors(of: index).contains { steps[$0].failing != nil }
    }

    private var isRollbackVerifyDue: Bool {
        run.direction == .rollback && rollbackNeedsVerify && !run.isRollbackVerified && run.question == nil
            && !run.isEnding && run.pauseRequested == nil && !hasInFlight && run.decidedOutcome == nil
            && derived.fronts[UndoFront.ofRun]?.isClear == true
    }
}
