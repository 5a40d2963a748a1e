import RunPlan
import RunbookModel

extension RunMachine {
    /// The step has succeeded; a commit step makes final what it depends on.
    func eventsOfSuccess(_ index: Int, outputs: Stored?) -> [RunEvent] {
        let path = graph.nodes[index].path
        let succeeded = RunEvent.stepSucceeded(path, outputs: outputs)
        guard graph.nodes[index].step.isCommit else { return [succeeded] }
        // A temporary change among them is still to be released.
        let final = commitClosure(of: index).sorted().filter {
            steps[$0].state == .succeeded && graph.nodes[$0].step.release == nil
        }
        return [succeeded] + final.map { .stepCommitted(graph.nodes[$0].path) } + [.stepCommitted(path)]
    }

    /// An expression of the step has no value, so that it cannot start.
    func eventsWhenImpossible(_ index: Int, _ reason: String, _ context: DecisionContext) -> [RunEvent] {
        let path = graph.nodes[index].path
        switch steps[index].state {
        case .pending: return eventsOfFailure(index, reason, context)
        case .started: return eventsOfFailure(index, reason, context)
        case .undoStarted: return eventsOfUndoFailure(index, reason, context)
        case .undone: return [questionOfReapplication(index, reason, context)]
        case .failed:
            // A retry that cannot be evaluated any more: the failure stands.
            guard derived.handlerRoot[index] == nil else { return [.stepAccepted(path)] }
            return eventsOfQuestion(index, reason, [.retry, .accept, .rollback, .keep], context)
        default:
            return eventsOfQuestion(index, reason, Choice.aboutUnknown, context)
        }
    }

    /// A person is asked. A handler holds nothing up: it has failed instead; and what has no future asks nothing.
    func eventsOfQuestion(_ index: Int, _ why: String, _ choices: [Choice], _ context: DecisionContext) -> [RunEvent] {
        let path = graph.nodes[index].path
        guard derived.handlerRoot[index] == nil else { return [.stepFailed(path, reason: why, allowed: true)] }
        guard continuesForward(index) || (run.direction == .rollback && isProbed(index)) else { return [] }
        let possible = choices.filter { isPossible($0, for: index) }
        return [.questionOpened(path, Question(why: why, choices: possible, since: context.now.wall))]
    }

    /// Whether a choice makes sense now; nobody goes round an approval, nor past a critical step in guide mode.
    private func isPossible(_ choice: Choice, for index: Int) -> Bool {
        let node = graph.nodes[index]
        if run.direction == .rollback, !choice.isPossibleInRollback { return false }
        if node.isGate, choice.goesOnWithout { return false }
        return !(run.isGuided && node.step.isCritical && (choice == .accept || choice == .skip))
    }

    /// Whether the step is a commit step: its probe says whether it took effect, before anything else is decided.
    func isProbed(_ index: Int) -> Bool {
        graph.nodes[index].step.isCommit && !graph.nodes[index].step.doneWhen.isEmpty
    }

    /// A commit step that was attempted has not failed before its probe says so; nil for any other step.
    func eventsOfFailedCommit(_ index: Int, _ reason: String) -> [RunEvent]? {
        guard isProbed(index), steps[index].state == .started, steps[index].tries > 0 else { return nil }
        let path = graph.nodes[index].path
        return [.stepUnknown(path, reason: reason, cause: .failedCommit), .attemptDue(path, .settle, item: 0)]
    }

    /// The step has failed: once more after a while, or for good, with what that leads to.
    func eventsOfFailure(
        _ index: Int, _ reason: String, _ context: DecisionContext, _ cause: AttemptOutcome.Cause? = nil
    ) -> [RunEvent] {
        let path = graph.nodes[index].path
        if let events = eventsOfFailedCommit(index, reason) { return events }
        if let delay = context.retryDelay, let cause, retries(index, cause), continuesForward(index) {
            let until = Deadline(from: context.now, length: delay)
            return [
                .retryScheduled(path, retryPurpose(index), item: 0, until: until),
                .stepFailed(path, reason: reason, allowed: false),
            ]
        }
        guard continuesForward(index), derived.handlerRoot[index] == nil else {
            let isInHandler = derived.handlerRoot[index] != nil
            return [.stepFailed(path, reason: reason, allowed: isInHandler)]
        }
        return eventsOfConsequence(index, reason, context)
    }

    /// What another try begins with: the probe, where the step has one, because the failed try may have done it.
    func retryPurpose(_ index: Int) -> Purpose {
        graph.nodes[index].step.doneWhen.isEmpty ? purposeAfterProbe(index) : .settle
    }

    private func retries(_ index: Int, _ cause: AttemptOutcome.Cause) -> Bool {
        guard let retry = graph.nodes[index].step.retry, steps[index].tries < retry.attempts else { return false }
        return retry.covers(cause)
    }

    /// An attempt was ended because another step has failed: so has its step. It is not tried again by itself.
    func eventsOfOrderedEnd(_ index: Int, _ reason: String, _ context: DecisionContext) -> [RunEvent] {
        if let events = eventsOfFailedCommit(index, reason) { return events }
        guard continuesForward(index) else {
            return [.stepFailed(graph.nodes[index].path, reason: reason, allowed: false)]
        }
        return eventsOfStop(index, reason, context)
    }

    private func eventsOfConsequence(_ index: Int, _ reason: String, _ context: DecisionContext) -> [RunEvent] {
        let events = eventsOfPolicy(index, reason, context)
        guard graph.nodes[index].step.cancelRunning else { return events }
        return events + eventsEndingOthers(beside: index, events)
    }

    /// Orders the end of what is in flight beside a failed step: in the whole run, or in the group that fails with it.
    private func eventsEndingOthers(beside index: Int, _ consequence: [RunEvent]) -> [RunEvent] {
        let group = consequence.lazy.compactMap(\.failingGroup).first.flatMap { graph.index(of: $0) }
        guard group != nil || consequence.contains(where: \.stopsRun) else { return [] }
        return derived.running.sorted().compactMap { other in
            guard other != index, let intent = steps[other].inFlight, intent.purpose.canBeOrderedToEnd,
                steps[other].endOrderedBy == nil, derived.handlerRoot[other] == nil,
                group.map({ graph.ancestors(of: other).contains($0) }) ?? true
            else { return nil }
            return .attemptEndOrdered(intent.step, number: intent.number, because: graph.nodes[index].path)
        }
    }

    private func eventsOfPolicy(_ index: Int, _ reason: String, _ context: DecisionContext) -> [RunEvent] {
        let path = graph.nodes[index].path
        // Whoever guides a run decides, and an approval that could not be asked for is none.
        if graph.nodes[index].isGate || isGuided(index) { return eventsOfStop(index, reason, context) }
        let (policy, at) = consequence(of: index)
        let failed = RunEvent.stepFailed(path, reason: reason, allowed: policy == .proceed && at == index)
        if policy == .proceed, at == index { return [failed] }
        if at != index, policy == .proceed || policy == .undoGroup {
            let group = graph.nodes[at].path
            guard steps[at].failing == nil else { return [failed] }
            // After a reboot a step may fail in a group that had already succeeded.
            guard steps[at].state == .started else { return eventsOfStop(index, reason, context) }
            return [failed, .groupFailing(group, reason: "\(path) failed: \(reason)", undo: policy == .undoGroup)]
        }
        if policy == .undoGroup {
            return [.stepFailed(path, reason: reason, allowed: true)] + eventsToUndo(index, context)
        }
        let result = ForwardResult(.failed, step: path.text, reason: reason)
        if policy == .rollback {
            switch rollbackPolicy {
            case .auto: return [failed] + eventsOfTurn(result)
            case .never: return [failed, .forwardEnded(result)]
            case .ask: break
            }
        }
        return eventsOfStop(index, reason, context)
    }

    /// The step has failed, and a person is asked what now. What is inside a group cannot be run again as a whole.
    private func eventsOfStop(_ index: Int, _ reason: String, _ context: DecisionContext) -> [RunEvent] {
        let node = graph.nodes[index]
        var choices: [Choice] = node.isLeaf ? [.retry] : []
        let wasLaunched = node.isLeaf ? steps[index].tries > 0 : steps[index].order != nil
        if !wasLaunched, !node.step.isCritical { choices.append(.skip) }
        choices += [.accept, .markDone, .rollback, .keep]
        choices.removeAll { !isPossible($0, for: index) }
        return [
            .questionOpened(node.path, Question(why: reason, choices: choices, since: context.now.wall)),
            .stepFailed(node.path, reason: reason, allowed: false),
        ]
    }

    /// What a failure of the step leads to, and at which step of the graph.
    ///
    /// What ends an included runbook ends no more than that where its inclusion says so; and a remedy that fails has not
    /// helped, no more. The innermost of these counts.
    func consequence(of index: Int) -> (FailurePolicy, at: Int) {
        let (policy, at) = policy(for: index)
        guard policy == .rollback || policy == .stop else { return (policy, at) }
        if isRemedy(index) { return (.proceed, index) }
        for ancestor in graph.ancestors(of: index) {
            if isRemedy(ancestor) { return (.proceed, ancestor) }
            if let bound = inclusionBound(ancestor) { return (bound, ancestor) }
        }
        return (policy, at)
    }

    /// What an inclusion makes of a failure of its runbook, where it says that the run goes on.
    private func inclusionBound(_ index: Int) -> FailurePolicy? {
        guard case .inclusion = graph.nodes[index].role, let own = graph.nodes[index].step.onFailure,
            own == .proceed || own == .undoGroup
        else { return nil }
        return own
    }

    /// The step's own policy, else that of the nearest group, instance or runbook around it that has one.
    private func policy(for index: Int) -> (FailurePolicy, at: Int) {
        let leaf = graph.nodes[index]
        if let own = leaf.step.onFailure, own != .undoGroup { return (own, index) }
        var current = index
        var scope = leaf.scope
        while let parent = graph.nodes[current].parent {
            let node = graph.nodes[parent]
            if node.role == .foreach { return (groupPolicy(of: parent), current) }
            if node.ladder != nil { return (.proceed, current) }
            if case .inclusion = node.role, let policy = graph.scopes[scope].runbook.onFailure {
                return (policy, index)
            }
            if let policy = node.step.onFailure {
                return (policy, policy == .proceed || policy == .undoGroup ? parent : index)
            }
            scope = node.scope
            current = parent
        }
        if let policy = graph.scopes[scope].runbook.onFailure { return (policy, index) }
        if case .verify = leaf.step.body { return (.rollback, index) }
        return (.stop, index)
    }

    /// An instance of a `foreach` fails by itself first; with `undo_group` it is taken back before.
    private func groupPolicy(of foreach: Int) -> FailurePolicy {
        graph.nodes[foreach].step.onFailure == .undoGroup ? .undoGroup : .proceed
    }

    /// How the unknown outcome of a step is settled.
    func eventsToSettle(_ index: Int, _ reason: String, _ context: DecisionContext) -> [RunEvent] {
        let node = graph.nodes[index]
        let path = node.path
        if isProbed(index) { return [.attemptDue(path, .settle, item: 0)] }
        // In a rollback its undo copes, whatever became of it.
        guard continuesForward(index) else { return [] }
        let policy = node.step.onInterrupt ?? defaultInterruptPolicy(index)
        switch policy {
        case .rerun where isGuided(index) && !node.isReadOnly:
            return eventsOfQuestion(index, reason, Choice.aboutUnknown, context)
        case .probe where !node.step.doneWhen.isEmpty: return [.attemptDue(path, .settle, item: 0)]
        case .rerun:
            return [.stepReset(path, reason: reason), .attemptDue(path, purposeAfterProbe(index), item: 0)]
        case .fail where derived.handlerRoot[index] == nil: return eventsOfConsequence(index, reason, context)
        case .ask, .probe, .fail: return eventsOfQuestion(index, reason, Choice.aboutUnknown, context)
        }
    }

    func defaultInterruptPolicy(_ index: Int) -> InterruptPolicy {
        let node = graph.nodes[index]
        if !node.step.doneWhen.isEmpty { return .probe }
        return node.isReadOnly || node.hasInherentUndo || node.hasDesiredState ? .rerun : .ask
    }
}

extension Choice {
    /// What a person can say about an outcome that is not known.
    static let aboutUnknown: [Choice] = [.retry, .accept, .markDone, .markFailed, .rollback, .keep]

    /// Whether the choice still means something when the run goes back.
    var isPossibleInRollback: Bool { self != .rollback && self != .accept && self != .skip }

    /// Whether the run would go on as if the step had been done.
    fileprivate var goesOnWithout: Bool { self == .skip || self == .accept || self == .markDone }
}

extension Purpose {
    /// Whether `cancel_running` of another step ends such an attempt. What settles an open question goes on, and undos.
    var canBeOrderedToEnd: Bool { self != .settle && !isUndo }
}

extension RunEvent {
    fileprivate var failingGroup: StepPath? { if case .groupFailing(let path, _, _) = self { path } else { nil } }

    /// Whether the run takes no more starts from here on.
    fileprivate var stopsRun: Bool {
        switch self {
        case .forwardEnded, .directionTurned, .questionOpened: true
        default: false
        }
    }
}

extension Retry {
    /// Whether a failure of this cause is tried again.
    func covers(_ cause: AttemptOutcome.Cause) -> Bool {
        guard let causes = on else { return true }
        switch cause {
        case .exit(let code): return causes.contains(.exit(code))
        case .timeout: return causes.contains(.timeout)
        case .verify: return causes.contains(.verify)
        case .signal, .error: return false
        }
    }
}

extension PlanNode {
    /// Whether the action describes a state to reach, so that doing it again does no harm.
    fileprivate var hasDesiredState: Bool {
        guard let action else { return true }
        return ["service", "files", "config", "backup", "restore"].contains(action.kind)
    }
}
