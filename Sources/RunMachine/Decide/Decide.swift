import RunPlan
import RunbookModel

extension RunMachine {
    /// What a command leads to in this state. Pure; the events are to be committed, then applied.
    package func decide(_ command: RunCommand, _ context: DecisionContext) -> RunDecision {
        if run.isClosed { return .refuse(why: "the run is closed") }
        switch command {
        case .create(let created): return .events([.created(created)])
        case .claim(let claim): return .events([.claimed(claim)])
        case .admit(let refusal): return decideAdmission(refusal)
        case .pause(let actor): return decidePause(actor)
        case .park(let activity, let reason): return decidePark(activity, reason)
        case .resumeActivity: return decideResume()
        case .deadlinePassed(let whileDriven, let then): return decideDeadline(whileDriven, then, context)
        case .endRollbackVerify(let outcome): return decideRollbackVerify(outcome, context)
        case .rebooted(let paths): return .events(paths.flatMap { eventsAfterReboot($0, context) })
        case .decide(let decision): return decide(decision, context)
        case .cancel(let decision): return decideCancel(decision)
        case .record(let event): return .events([event])
        case .skip(let path, _), .cannotStart(let path, _), .startGroup(let path, _, _),
            .finishGroup(let path, _, _), .endAttempt(let path, _, _):
            guard let index = graph.index(of: path) else { return .refuse(why: "there is no step '\(path)'") }
            return decideStep(command, index, context)
        case .startAttempt(let intent):
            guard let index = graph.index(of: intent.step) else {
                return .refuse(why: "there is no step '\(intent.step)'")
            }
            guard steps[index].inFlight == nil else { return .ignore(why: "an attempt is in flight") }
            return .events([.attemptIntended(intent)])
        }
    }

    private func decideStep(_ command: RunCommand, _ index: Int, _ context: DecisionContext) -> RunDecision {
        let path = graph.nodes[index].path
        switch command {
        case .skip(_, let reason):
            guard steps[index].state == .pending else { return .ignore(why: "it has started") }
            return .events([.stepSkipped(path, reason: reason, cutOff: false)])
        case .cannotStart(_, let reason): return .events(eventsWhenImpossible(index, reason, context))
        case .startGroup(_, let inputs, let instances):
            guard steps[index].state == .pending else { return .ignore(why: "it has started") }
            return .events([.groupStarted(path, inputs: inputs, instances: instances)])
        case .finishGroup(_, let outputs, let failure):
            guard steps[index].state == .started else { return .ignore(why: "it has ended") }
            guard let failure else { return .events([.stepSucceeded(path, outputs: outputs)]) }
            return .events(eventsOfFailure(index, failure, context))
        case .endAttempt(_, let number, let outcome):
            guard steps[index].inFlight?.number == number else { return .ignore(why: "the attempt has ended") }
            return .events(eventsOfEnd(index, outcome, context))
        default: return .refuse(why: "not about a step")
        }
    }

    private func decideAdmission(_ refusal: String?) -> RunDecision {
        guard !run.isAdmitted else { return .ignore(why: "the preconditions have been met") }
        guard let refusal else { return .events([.admitted]) }
        return .events([.forwardEnded(ForwardResult(.refused, reason: refusal))])
    }

    private func decidePause(_ actor: Actor) -> RunDecision {
        run.pauseRequested == nil ? .events([.pauseRequested(actor)]) : .ignore(why: "it is pausing")
    }

    private func decidePark(_ activity: Activity, _ reason: String?) -> RunDecision {
        guard activity != run.activity else { return .ignore(why: "it is \(activity.rawValue)") }
        return .events([.activityChanged(activity, reason: reason)])
    }

    private func decideResume() -> RunDecision {
        run.activity == .running
            ? .ignore(why: "it is running") : .events([.activityChanged(.running, reason: nil)])
    }

    private func decideDeadline(_ whileDriven: Bool, _ then: RunDeadline.Then, _ context: DecisionContext)
        -> RunDecision
    {
        guard run.direction == .forward, run.forward == nil, !run.deadlineHasPassed else {
            return .ignore(why: "the deadline no longer matters")
        }
        let reason = "the run's deadline has passed"
        if then == .rollback, whileDriven, rollbackPolicy == .auto {
            return .events([.deadlinePassed] + eventsOfTurn(ForwardResult(.timedOut, reason: reason)))
        }
        let question = Question(why: reason, choices: [.retry, .rollback, .keep], since: context.now.wall)
        return .events([.deadlinePassed, .questionOpened(nil, question)])
    }

    private func decideRollbackVerify(_ outcome: AttemptOutcome, _ context: DecisionContext) -> RunDecision {
        guard run.direction == .rollback, !run.isRollbackVerified else { return .ignore(why: "it is verified") }
        guard outcome.kind != .done else { return .events([.rollbackVerified(outcome)]) }
        guard outcome.kind != .interrupted else { return .ignore(why: "it was interrupted") }
        let why = "everything is undone, but the rollback could not be verified: \(outcome.reason ?? "not met")"
        return .events([
            .rollbackVerified(outcome),
            .questionOpened(nil, Question(why: why, choices: [.retry, .waive], since: context.now.wall)),
        ])
    }

    private func eventsAfterReboot(_ path: StepPath, _ context: DecisionContext) -> [RunEvent] {
        guard let index = graph.index(of: path), steps[index].state == .succeeded, steps[index].phase == .idle,
            run.direction == .forward
        else { return [] }
        let unknown = RunEvent.stepUnknown(
            path, reason: "the host went down before its effects were surely on disk", cause: .reboot)
        return [unknown]
            + eventsToSettle(index, "after an unexpected reboot it is not known whether it lasted", context)
    }

    /// The forward work has ended badly: back, or, where nothing can be taken back, to the end.
    func eventsOfTurn(_ result: ForwardResult) -> [RunEvent] {
        guard run.direction == .forward else { return [] }
        let ended: [RunEvent] = run.forward == nil ? [.forwardEnded(result)] : []
        guard hasSomethingToTakeBack else { return ended }
        return ended + [.directionTurned(cause: result.reason ?? result.result.rawValue)]
    }

    /// Whether anything that was attempted and is not committed can be taken back.
    var hasSomethingToTakeBack: Bool {
        steps.indices.contains { index in
            guard derived.handlerRoot[index] == nil, !derived.floor.contains(index), graph.nodes[index].isLeaf,
                steps[index].state.mayHaveEffect, steps[index].actionAttempt != nil
            else { return false }
            return graph.nodes[index].takeBack != .nothing
        }
    }
}
