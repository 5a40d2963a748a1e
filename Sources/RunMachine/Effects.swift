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
    /// End checks that no longer matter, or what a failed step says is to be ended.
    case interrupt(AttemptIntent)
    /// Everything is undone: evaluate `rollback.verify`.
    case verifyRollback
}

extension RunMachine {
    /// What is to be done now. Mutating only because it tidies its queues.
    package mutating func effects() -> [Effect] {
        guard !run.isClosed else { return [] }
        offerInstances()
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
        guard !run.isClosed, !hasInFlight, effects().isEmpty else { return nil }
        if run.pauseRequested != nil { return .paused }
        guard nextTimer == nil else { return nil }
        return asksOnlyPeople ? .waiting : .attention
    }

    /// The moment at which the next retry is due.
    package var nextTimer: Deadline? {
        let retries: [Deadline] = derived.backingOff.compactMap {
            if case .backingOff(_, _, let until) = steps[$0].phase { until } else { nil }
        }
        return (retries + groupDeadlines.map(\.deadline)).min { $0.due.wall < $1.due.wall }
    }

    /// The deadlines of groups under way. The time in which a person is asked does not count against them.
    var groupDeadlines: [(group: Int, deadline: Deadline)] {
        guard derived.questions.isEmpty, run.question == nil, run.direction == .forward, !run.isEnding else {
            return []
        }
        let asked = derived.asking.flatMap { graph.ancestors(of: $0) }
        return derived.timedGroups.subtracting(asked).sorted().compactMap { index in
            guard steps[index].failing == nil, let deadline = steps[index].groupDeadline else { return nil }
            return (index, deadline)
        }
    }

    private func interruptions() -> [Effect] {
        let isOver = run.direction == .rollback || run.isEnding
        return derived.running.sorted().compactMap { index in
            guard let intent = steps[index].inFlight else { return nil }
            return steps[index].endOrderedBy != nil || (isOver && isVoidLook(index, intent.purpose))
                ? .interrupt(intent) : nil
        }
    }

    /// Whether an attempt only looks at what no longer matters once the forward work is over.
    private func isVoidLook(_ index: Int, _ purpose: Purpose) -> Bool {
        derived.handlerRoot[index] == nil && (purpose.onlyLooks || graph.nodes[index].isWait) && !purpose.isUndo
            && !isProbeOfCommit(index, purpose)
    }

    private func finishedGroups() -> [Effect] {
        derived.groups.sorted().filter(isFinished).map { .finishGroup($0) }
    }

    /// Whether everything inside a group has settled, and the group goes on to its outputs.
    func isFinished(_ index: Int) -> Bool {
        steps[index].state == .started && derived.unsettled[index] == 0 && steps[index].failing == nil
            && !graph.nodes[index].isHandler && continuesForward(index)
            && (graph.nodes[index].ladder == nil || steps[index].helpedBy != nil)
    }

    private mutating func dueAttempts(_ room: Int) -> [Effect] {
        var queue = derived.due
        derived.due = CandidateQueue()
        let found = queue.first(room, where: isDue, if: mayAttempt)
        derived.due = queue
        return found.compactMap { index in
            guard case .due(let purpose, let item) = steps[index].phase else { return nil }
            return .attempt(index, purpose, item: item)
        }
    }

    private func isDue(_ index: Int) -> Bool { if case .due = steps[index].phase { true } else { false } }

    /// Whether nothing keeps the attempt that is due for a step.
    func mayAttempt(_ index: Int) -> Bool {
        guard case .due(let purpose, _) = steps[index].phase else { return false }
        if derived.handlerRoot[index] != nil { return true }
        if run.pauseRequested != nil || isStuck { return false }
        if purpose == .reapply { return !run.isEnding }
        if purpose.isUndo { return run.direction == .forward || !run.isEnding }
        return continuesForward(index) || isProbeOfCommit(index, purpose)
    }

    /// Whether a commit step is asked if it took effect: that goes on whatever else ends.
    func isProbeOfCommit(_ index: Int, _ purpose: Purpose) -> Bool {
        purpose == .settle && graph.nodes[index].step.isCommit
    }

    /// Whether drivers died too often, and a person has not answered yet: nothing at all starts.
    var isStuck: Bool { run.question != nil && run.fruitlessClaims > Self.fruitlessClaimsAllowed }

    private mutating func beginnings(_ room: Int) -> [Effect] {
        var found = firstReady(\.readyHandlers, room)
        if !isHoldingBack { found += firstReady(\.ready, room - found.count) }
        return found.map { .begin($0) }
    }

    private mutating func firstReady(_ path: WritableKeyPath<Derived, CandidateQueue>, _ room: Int) -> [Int] {
        // Taken out while it is changed, so that it is not copied.
        var queue = derived[keyPath: path]
        derived[keyPath: path] = CandidateQueue()
        let found = queue.first(room, where: isReady) { _ in true }
        derived[keyPath: path] = queue
        return found
    }

    /// Whether the step may begin now: its turn has come and nothing holds it back.
    func mayBegin(_ index: Int) -> Bool { isReady(index) && (derived.handlerRoot[index] != nil || !isHoldingBack) }

    private func isReady(_ index: Int) -> Bool {
        guard steps[index].state == .pending, steps[index].phase == .idle, steps[index].question == nil,
            isRemedy(index) ? isNextRemedy(index) : derived.unmet[index] == 0
        else { return false }
        guard let parent = graph.nodes[index].parent else { return !graph.nodes[index].isHandler }
        return steps[parent].state == .started && !graph.ancestors(of: index).contains { steps[$0].failing != nil }
    }

    /// Whether everything is undone, and `rollback.verify` is to say whether all is as it was before.
    package var isRollbackVerifyDue: Bool {
        run.direction == .rollback && rollbackNeedsVerify && !run.isRollbackVerified && run.question == nil
            && !run.isEnding && run.pauseRequested == nil && !hasInFlight && run.decidedOutcome == nil
            && derived.fronts[UndoFront.ofRun]?.isClear == true && !holdsAgain
    }
}
