import RunPlan
import RunbookModel

extension RunMachine {
    /// What the end of an attempt leads to.
    func eventsOfEnd(_ index: Int, _ outcome: AttemptOutcome, _ context: DecisionContext) -> [RunEvent] {
        guard let intent = steps[index].openAttempt else { return [] }
        if steps[index].state == .undone { return eventsOfReapplicationEnd(index, intent, outcome, context) }
        if intent.purpose.isUndo { return eventsOfUndoEnd(index, intent, outcome, context) }
        if intent.purpose == .until { return eventsOfUntil(index, intent, outcome, context) }
        let end = Ending(machine: self, index: index, intent: intent, outcome: outcome, context: context)
        if let because = steps[index].endOrderedBy, outcome.kind != .done, outcome.kind != .neverLaunched {
            return end.byOrder(of: because)
        }
        switch intent.purpose {
        case .probe: return end.ofProbe()
        case .protect: return end.ofProtect()
        case .gate: return end.ofGate()
        case .action, .apply: return end.ofAction()
        case .verify: return end.ofVerify()
        default: return end.ofSettle()
        }
    }

    /// The step's first attempt in forward direction.
    package func firstPurpose(_ index: Int) -> Purpose {
        let step = graph.nodes[index].step
        if !step.doneWhen.isEmpty { return .probe }
        if graph.nodes[index].action == nil { return .verify }
        return needsSnapshot(index) ? .protect : .action
    }

    func needsSnapshot(_ index: Int) -> Bool {
        !graph.nodes[index].step.protect.isEmpty && steps[index].snapshot == nil
    }

    /// What comes once the step is known not to be done yet.
    func purposeAfterProbe(_ index: Int) -> Purpose {
        if graph.nodes[index].action == nil { return .verify }
        return needsSnapshot(index) ? .protect : .action
    }

    /// Whether the forward work of the step goes on; otherwise its attempts in flight are only left to finish.
    func continuesForward(_ index: Int) -> Bool {
        if derived.handlerRoot[index] != nil { return true }
        if run.direction == .rollback || run.isEnding { return false }
        return !graph.ancestors(of: index).contains { steps[$0].failing != nil }
    }
}

/// The end of one forward attempt: what became of it, and what follows.
private struct Ending {
    let machine: RunMachine
    let index: Int
    let intent: AttemptIntent
    let outcome: AttemptOutcome
    let context: DecisionContext

    var node: PlanNode { machine.graph.nodes[index] }
    var step: Step { node.step }
    var path: StepPath { node.path }
    var isAlive: Bool { machine.continuesForward(index) }

    func ended(then phase: Phase = .idle) -> RunEvent {
        .attemptEnded(path, number: intent.number, outcome, then: phase)
    }

    func again() -> [RunEvent] { [ended(then: isAlive ? .due(intent.purpose, item: 0) : .idle)] }

    /// It was ended because another step has failed. What had not started yet begins afresh, where that is possible.
    func byOrder(of failed: StepPath) -> [RunEvent] {
        let reason = "ended because '\(failed)' failed"
        guard [.action, .apply, .verify].contains(intent.purpose) else { return [ended()] }
        var outcome = AttemptOutcome(.failed, reason: reason)
        outcome.elapsed = self.outcome.elapsed
        let ended = RunEvent.attemptEnded(path, number: intent.number, outcome, then: .idle)
        return [ended] + machine.eventsOfOrderedEnd(index, reason, context)
    }

    /// A probe before the first attempt.
    func ofProbe() -> [RunEvent] {
        switch outcome.kind {
        case .done: return [ended(), .stepSkipped(path, reason: "found already done", cutOff: false)]
        case .failed:
            // A ladder begins like any group, once it is known to be needed.
            let next: Phase = node.isLeaf ? .due(machine.purposeAfterProbe(index), item: 0) : .idle
            return [ended(then: isAlive ? next : .idle)]
        case .inconclusive:
            let why = "it cannot be told whether the step is already done: \(outcome.reason ?? "inconclusive")"
            return [ended()] + question(why, [.retry, .skip, .markDone, .rollback, .keep])
        case .unknown, .neverLaunched, .interrupted: return again()
        }
    }

    func ofProtect() -> [RunEvent] {
        switch outcome.kind {
        case .done: return [ended(then: isAlive ? .due(.action, item: 0) : .idle)]
        case .failed, .inconclusive:
            let reason = "what it protects could not be saved first: \(outcome.reason ?? "")"
            return [ended()] + machine.eventsOfFailure(index, reason, context)
        case .unknown, .neverLaunched, .interrupted: return again()
        }
    }

    /// The preconditions of an included runbook; met, its steps may start.
    func ofGate() -> [RunEvent] {
        switch outcome.kind {
        case .done: return [ended(then: .idle)]
        case .failed, .inconclusive:
            let reason = "its preconditions are not met: \(outcome.reason ?? "")"
            // An unmet precondition never turns a run back; the step has not started, and can be tried again.
            let policy = machine.consequence(of: index).0
            guard policy == .rollback || policy == .stop, isAlive else {
                return [ended()] + machine.eventsOfFailure(index, reason, context)
            }
            return [ended()] + question(reason, [.retry, .skip, .markDone, .rollback, .keep])
        case .unknown, .neverLaunched, .interrupted: return again()
        }
    }

    func ofAction() -> [RunEvent] {
        switch outcome.kind {
        case .done: return [ended()] + endOfRun() + events(afterActionFrom: intent.purpose)
        case .neverLaunched: return ofNeverLaunched()
        case .failed:
            return [ended()] + machine.eventsOfFailure(index, outcome.reason ?? "it failed", context, outcome.cause)
        case .inconclusive where isAlive:
            let why = outcome.reason ?? "it cannot be told whether it took effect"
            return [ended(), .stepUnknown(path, reason: why, cause: .inconclusive)]
                + question(why, [.retry, .accept, .markDone, .markFailed, .rollback, .keep])
        case .unknown, .interrupted, .inconclusive:
            let reason = outcome.reason ?? "what became of it is not known"
            return [ended(), .stepUnknown(path, reason: reason, cause: .lost)]
                + machine.eventsToSettle(index, reason, context)
        }
    }

    /// Back to where the step was before the attempt: pending, or failed where an earlier try may have done something.
    private func ofNeverLaunched() -> [RunEvent] {
        guard intent.purpose == .action else { return again() }
        let reason = "it was never launched"
        if machine.steps[index].tries > 1 {
            let failed = RunEvent.stepFailed(path, reason: "an earlier try failed; \(reason) again", allowed: false)
            guard isAlive else { return [ended(), failed] }
            let now = Deadline(from: context.now, length: 0)
            return [ended(), .retryScheduled(path, .action, item: 0, until: now), failed]
        }
        let reset = [ended(), .stepReset(path, reason: reason)]
        return isAlive ? reset + [.attemptDue(path, .action, item: 0)] : reset
    }

    func ofVerify() -> [RunEvent] {
        switch outcome.kind {
        case .done: return [ended()] + machine.eventsOfSuccess(index, outputs: outcome.outputs)
        case .failed:
            let reason = "verify failed: \(outcome.reason ?? "not met")"
            return [ended()] + machine.eventsOfFailure(index, reason, context, .verify)
        case .inconclusive:
            let why = "its verify could not tell: \(outcome.reason ?? "inconclusive")"
            return [ended(), .stepUnknown(path, reason: why, cause: .inconclusive)] + question(why, Choice.aboutUnknown)
        case .unknown, .neverLaunched, .interrupted: return isAlive ? again() : [ended()] + notVerified()
        }
    }

    /// The answer about an unknown outcome, or before another try.
    func ofSettle() -> [RunEvent] {
        guard let cause = machine.steps[index].unknownCause else { return ofSettleBeforeRetry() }
        switch outcome.kind {
        case .done:
            guard step.apply != nil, cause == .lost, isAlive else {
                return [ended()] + machine.eventsOfSuccess(index, outputs: nil)
            }
            // It took effect, but what makes it count may not have run.
            return [ended(), .stepReset(path, reason: "it took effect"), .attemptDue(path, .apply, item: 0)]
        case .failed where cause == .failedCommit:
            let reason = machine.steps[index].reason ?? "it failed"
            let exit = machine.steps[index].exit.map { AttemptOutcome.Cause.exit($0) }
            return [ended()] + machine.eventsOfFailure(index, reason, context, exit ?? .error)
        case .failed where cause == .inconclusive:
            return [ended()]
                + machine.eventsOfFailure(index, "verify failed: \(outcome.reason ?? "")", context, .verify)
        case .failed:
            guard isAlive else { return [ended(), .stepReset(path, reason: "its probe says that it did nothing")] }
            return [
                ended(), .stepReset(path, reason: "its probe says that it did nothing"),
                .attemptDue(path, machine.purposeAfterProbe(index), item: 0),
            ]
        case .inconclusive:
            let why = "what became of it cannot be told: \(outcome.reason ?? "inconclusive")"
            return [ended()] + question(why, Choice.aboutUnknown)
        case .unknown, .neverLaunched, .interrupted:
            return [ended(then: isAlive || machine.isProbed(index) ? .due(.settle, item: 0) : .idle)]
        }
    }

    private func ofSettleBeforeRetry() -> [RunEvent] {
        switch outcome.kind {
        // Met after an attempt of ours is success, never "found already done".
        case .done: return [ended()] + machine.eventsOfSuccess(index, outputs: nil)
        case .failed:
            guard isAlive else { return [ended()] + notVerified() }
            return [ended(then: .due(machine.purposeAfterProbe(index), item: 0))]
        case .inconclusive:
            let why = "it cannot be told whether the failed try took effect: \(outcome.reason ?? "inconclusive")"
            return [ended(), .stepUnknown(path, reason: why, cause: .lost)] + question(why, Choice.aboutUnknown)
        case .unknown, .neverLaunched, .interrupted: return isAlive ? again() : [ended()] + notVerified()
        }
    }

    /// After the action: make it count, verify it, or done.
    private func events(afterActionFrom purpose: Purpose) -> [RunEvent] {
        if outcome.end != nil { return machine.eventsOfSuccess(index, outputs: outcome.outputs) }
        let next: Purpose? =
            purpose == .action && step.apply != nil ? .apply : step.verify.isEmpty ? nil : .verify
        guard let next else { return machine.eventsOfSuccess(index, outputs: outcome.outputs) }
        return isAlive ? [.attemptDue(path, next, item: 0)] : notVerified()
    }

    private func notVerified() -> [RunEvent] {
        let reason = "not verified, because the run was ending"
        return machine.eventsOfFailedCommit(index, reason) ?? [.stepFailed(path, reason: reason, allowed: false)]
    }

    private func endOfRun() -> [RunEvent] {
        guard let end = outcome.end, machine.run.forward == nil, machine.derived.handlerRoot[index] == nil else {
            return []
        }
        let result = ForwardResult(end.succeeded ? .succeeded : .failed, step: path.text, reason: end.message)
        return [.forwardEnded(result)]
    }

    private func question(_ why: String, _ choices: [Choice]) -> [RunEvent] {
        machine.eventsOfQuestion(index, why, choices, context)
    }
}
