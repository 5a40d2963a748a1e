import RunPlan
import RunbookModel

extension RunMachine {
    /// What a command leads to in this state. Pure; the events are to be committed, then applied.
    package func decide(_ command: RunCommand, _ context: DecisionContext) -> RunDecision {
        if run.isClosed { return .refuse(why: "the run is closed") }
        switch command {
        case .create(let created): return .events([.created(created)])
        case .claim(let claim): return decideClaim(claim, context)
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
        case .openPrompt(let intent, let prompt): return decidePrompt(intent, prompt)
        case .answer(let answer): return decideAnswer(answer, context)
        case .reopenPrompts(let digest): return .events(eventsOfReopenedPrompts(digest))
        case .skip(let path, _), .cannotStart(let path, _), .startGroup(let path, _, _),
            .finishGroup(let path, _, _), .endAttempt(let path, _, _), .expirePrompt(let path), .guide(let path):
            guard let index = graph.index(of: path) else { return .refuse(why: "there is no step '\(path)'") }
            return decideStep(command, index, context)
        case .startAttempt(let intent):
            guard let index = graph.index(of: intent.step) else {
                return .refuse(why: "there is no step '\(intent.step)'")
            }
            return decideStart(intent, index)
        }
    }

    /// An attempt starts only where it is due, or begins a step whose turn it is.
    func decideStart(_ intent: AttemptIntent, _ index: Int) -> RunDecision {
        switch steps[index].phase {
        case .running: return .ignore(why: "an attempt is in flight")
        case .asking: return .ignore(why: "a person has been asked")
        case .backingOff: return .ignore(why: "it waits for its next try")
        case .due(let purpose, let item):
            guard purpose == intent.purpose, item == intent.item, mayAttempt(index) else {
                return .ignore(why: "this attempt is not due")
            }
        case .idle: guard mayBegin(index) else { return .ignore(why: "its turn has not come") }
        }
        return .events([.attemptIntended(intent)])
    }

    /// How many drivers in a row may die without progress before a person is asked.
    static let fruitlessClaimsAllowed = 5

    private func decideClaim(_ claim: RunEvent.Claimed, _ context: DecisionContext) -> RunDecision {
        let claimed = RunEvent.claimed(claim)
        if claim.byPerson, isStuck { return .events([claimed, .questionClosed(nil)]) }
        guard !claim.byPerson, run.fruitlessClaims >= Self.fruitlessClaimsAllowed, run.question == nil else {
            return .events([claimed])
        }
        let why = "its last \(run.fruitlessClaims) drivers died without any progress"
        let choices: [Choice] = run.direction == .rollback ? [.retry, .keep] : [.retry, .rollback, .keep]
        return .events([claimed, .questionOpened(nil, Question(why: why, choices: choices, since: context.now.wall))])
    }

    private func decideStep(_ command: RunCommand, _ index: Int, _ context: DecisionContext) -> RunDecision {
        let path = graph.nodes[index].path
        switch command {
        case .skip(_, let reason):
            guard steps[index].state == .pending, steps[index].tries == 0 else { return .ignore(why: "it has started") }
            return .events([.stepSkipped(path, reason: reason, cutOff: false)])
        case .cannotStart(_, let reason): return .events(eventsWhenImpossible(index, reason, context))
        case .startGroup(_, let inputs, let instances):
            guard mayBegin(index) else { return .ignore(why: "its turn has not come") }
            return .events([.groupStarted(path, inputs: inputs, instances: instances)])
        case .finishGroup(_, let outputs, let failure):
            guard isFinished(index) else { return .ignore(why: "it has ended") }
            guard let failure else { return .events([.stepSucceeded(path, outputs: outputs)]) }
            return .events(eventsOfFailure(index, failure, context))
        case .endAttempt(_, let number, let outcome):
            guard steps[index].inFlight?.number == number else { return .ignore(why: "the attempt has ended") }
            return .events(eventsOfEnd(index, outcome, context))
        case .expirePrompt: return decideExpiry(index, context)
        case .guide: return decideGuide(index, context)
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
        let doubt = run.clockWentBack == nil || whileDriven ? "" : ", by a wall clock that went back"
        let reason = "the run's deadline has passed" + doubt
        let result = ForwardResult(.timedOut, reason: reason)
        switch rollbackPolicy {
        case .auto where then == .rollback && whileDriven: return .events([.deadlinePassed] + eventsOfTurn(result))
        case .never where then == .rollback && whileDriven:
            return .events([.deadlinePassed, .forwardEnded(result)])
        default: break
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
                steps[index].state.mayHaveEffect || steps[index].state == .pending, wasAttempted(index)
            else { return false }
            return takeBack(index) != .nothing
        }
    }
}
