import RunPlan
import RunbookModel

extension RunMachine {
    /// Takes an event into the state.
    ///
    /// Errors: `IllegalMove` where the event is not possible in this state; nothing is changed then.
    package mutating func apply(_ event: RunEvent) throws(IllegalMove) {
        guard !run.isClosed || event.isAllowedAfterClose else {
            throw IllegalMove(description: "the run is closed")
        }
        if let path = event.step {
            try applyToStep(event, path)
        } else {
            try applyToRun(event)
        }
        settleFronts()
    }

    private mutating func applyToRun(_ event: RunEvent) throws(IllegalMove) {
        switch event {
        case .created(let created): create(created)
        case .claimed(let claim):
            run.epoch = claim.epoch
            run.place = claim.place
            run.fruitlessClaims = claim.byPerson ? 0 : run.fruitlessClaims + 1
            run.isGuided = claim.guided ?? run.isGuided
            run.pauseRequested = nil
            run.clockWentBack = nil
        case .clockWentBack(let milliseconds): run.clockWentBack = milliseconds
        case .admitted: run.isAdmitted = true
        case .activityChanged(let activity, let reason):
            try change(activity)
            run.activityReason = reason
        case .pauseRequested(let actor): run.pauseRequested = actor
        case .questionOpened(_, let question): run.question = question
        case .questionClosed: run.question = nil
        case .decided(let decision): if decision.choice == .keep { run.isEnding = true }
        case .forwardEnded(let result):
            run.forward = result
            run.isEnding = true
            run.question = nil
            voidForwardWork()
        case .directionTurned: try turn()
        case .rollbackVerified(let outcome): run.isRollbackVerified = outcome.kind == .done
        case .rollbackVerifyWaived:
            run.isRollbackVerified = true
            run.isRollbackVerifyWaived = true
        case .outputsComputed(let outputs): run.outputs = outputs
        case .effectsSynced(let order): run.syncedUpTo = order
        case .deadlinePassed: run.deadlineHasPassed = true
        case .estimateExceeded:
            run.estimate = nil
            call([.slow])
        case .handlerStarted(let event, let occurrence): startHandler(event, occurrence)
        case .handlerEnded(let event, let occurrence): endHandler(event, occurrence)
        case .outcomeDecided(let outcome):
            run.decidedOutcome = outcome
            call(HandlerEvent.of(outcome, hadFailed: run.handlers.contains { $0.event == .rollbackFailed }))
        case .closed(let outcome): try close(outcome)
        default: break
        }
    }

    private mutating func create(_ created: RunEvent.Created) {
        run.deadline = created.deadline
        run.estimate = created.estimate
        run.undoOf = created.undoOf
        run.requester = created.by
        run.isGuided = created.guided ?? false
        guard let stored = created.steps else { return }
        run.isAdmitted = true
        run.startedSteps = stored.values.compactMap(\.order).max() ?? 0
        restore(stored.mapValues(\.imported))
        rebuild()
        for index in steps.indices where steps[index] != StepRecord() { touch(index) }
    }

    private mutating func change(_ activity: Activity) throws(IllegalMove) {
        guard RunTable.allows(run.direction, from: run.activity, to: activity) else {
            throw IllegalMove(description: "a run cannot go from \(run.activity.rawValue) to \(activity.rawValue)")
        }
        run.activity = activity
        if activity == .attention { call(run.direction == .rollback ? [.rollbackFailed, .attention] : [.attention]) }
        if activity == .waiting { callWaiting() }
    }

    /// The `waiting` handlers run once for each prompt, and for a long wait; in guide mode somebody is there.
    private mutating func callWaiting() {
        let unknown = derived.asking.filter { steps[$0].prompt?.isAnnounced == false }
        if !unknown.isEmpty || (derived.asking.isEmpty && derived.questions.isEmpty) { call([.waiting]) }
        for index in unknown.sorted() { change(index) { $0.prompt?.isAnnounced = true } }
    }

    private mutating func turn() throws(IllegalMove) {
        guard run.direction == .forward else { throw IllegalMove(description: "a run turns at most once") }
        run.direction = .rollback
        run.isEnding = false
        run.question = nil
        derived.fronts = [UndoFront.ofRun: makeRollbackFront()]
        // What is still open (a failed undo, an unknown commit step) no longer offers what only led here.
        for index in derived.questions {
            change(index) { $0.question = $0.question?.inRollback }
        }
    }

    private mutating func close(_ outcome: Outcome) throws(IllegalMove) {
        guard RunTable.outcomes[run.direction]?.contains(outcome) == true, !hasInFlight else {
            throw IllegalMove(description: "a run cannot close as \(outcome.rawValue) now")
        }
        run.outcome = outcome
        run.rollback =
            switch outcome {
            case .rolledBack: .done
            case .rolledBackToCommit: .toCommit
            case .inconsistent: .inconsistent
            default: .none
            }
    }

    /// Handlers run next, where the runbook has them.
    private mutating func call(_ events: [HandlerEvent]) {
        let known = Set(graph.scopes[0].runbook.handlers.filter { !$0.steps.isEmpty }.map(\.event))
        run.pendingHandlers += events.filter { known.contains($0) }
    }

    private mutating func startHandler(_ event: HandlerEvent, _ occurrence: Int) {
        if let position = run.pendingHandlers.firstIndex(of: event) { run.pendingHandlers.remove(at: position) }
        run.handlers.append(RunRecord.HandlerRecord(event: event, occurrence: occurrence, hasEnded: false))
        let first = graph.nodes.count
        addHandler(event, occurrence)
        guard first < graph.nodes.count else { return }
        indexNewNodes(from: first)
        // The root of a handler is no step of its own: it is open at once and closes with `handlerEnded`.
        let old = steps[first]
        steps[first].state = .started
        reindex(first, from: old)
    }

    private mutating func endHandler(_ event: HandlerEvent, _ occurrence: Int) {
        guard let position = run.handlers.firstIndex(where: { $0.event == event && $0.occurrence == occurrence })
        else { return }
        run.handlers[position].hasEnded = true
        guard let index = graph.index(of: Graph.handlerPath(event, occurrence: occurrence)) else { return }
        let old = steps[index]
        steps[index].state = .succeeded
        reindex(index, from: old)
    }

    /// Retries to come and open questions are void once the forward work has ended; what is in flight stays.
    /// A commit step whose outcome is unknown is still probed.
    private mutating func voidForwardWork() {
        for index in steps.indices where derived.handlerRoot[index] == nil {
            let record = steps[index]
            if record.state == .started, !graph.nodes[index].isLeaf { derived.groups.insert(index) }
            guard record.state != .undoStarted, record.state != .undoFailed, record.openAttempt == nil else { continue }
            guard record.question != nil || record.phase != .idle else { continue }
            guard !(record.state == .unknown && isProbed(index)) else { continue }
            change(index) {
                $0.question = nil
                $0.phase = .idle
            }
        }
    }

    /// Changes a record and keeps the indexes right.
    mutating func change(_ index: Int, _ body: (inout StepRecord) -> Void) {
        let old = steps[index]
        body(&steps[index])
        reindex(index, from: old)
    }

    /// Moves a step to another state, as the table allows.
    mutating func move(_ index: Int, to state: StepState, _ body: (inout StepRecord) -> Void = { _ in })
        throws(IllegalMove)
    {
        let from = steps[index].state
        guard StepTable.allows(from: from, to: state) else {
            throw IllegalMove(
                description: "step '\(graph.nodes[index].path)' cannot go from \(from.rawValue) to \(state.rawValue)")
        }
        change(index) { record in
            record.state = state
            body(&record)
        }
    }
}

extension StepRecord {
    /// The record as another run takes it over to undo the step.
    fileprivate var imported: StepRecord {
        var record = self
        record.importedAttempts = attempts
        record.question = nil
        record.phase = .idle
        // Its undo begins again, at the stage that is not done.
        if record.state == .undoStarted || record.state == .undoFailed { record.state = .failed }
        return record
    }
}

extension Question {
    /// The question as it stands once the run has turned.
    fileprivate var inRollback: Question {
        Question(why: why, choices: choices.filter { $0.isPossibleInRollback }, since: since)
    }
}

extension HandlerEvent {
    /// The handlers that run before a run closes.
    fileprivate static func of(_ outcome: Outcome, hadFailed: Bool) -> [HandlerEvent] {
        switch outcome {
        case .succeeded: [.success, .finish]
        case .refused, .failed, .cancelled: [.failure, .finish]
        case .rolledBack, .rolledBackToCommit: [.failure, .rolledBack, .finish]
        case .inconsistent: hadFailed ? [.failure, .finish] : [.failure, .rollbackFailed, .finish]
        }
    }
}

extension RunEvent {
    /// What may still be recorded about a closed run.
    fileprivate var isAllowedAfterClose: Bool {
        switch self {
        case .noted, .told: true
        default: false
        }
    }
}
