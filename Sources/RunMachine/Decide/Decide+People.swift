import RunPlan
import RunbookModel

extension RunMachine {
    /// What a person's choice leads to. A choice that was made before is ignored, one that is not on offer refused.
    func decide(_ decision: HumanDecision, _ context: DecisionContext) -> RunDecision {
        guard let path = decision.step else { return decideAboutRun(decision, context) }
        guard let index = graph.index(of: path) else { return .refuse(why: "there is no step '\(path)'") }
        if decision.choice == .rollback || decision.choice == .keep { return decideAboutRun(decision, context) }
        if steps[index].decidedBy?.id == decision.id { return .ignore(why: "this was decided before") }
        guard let question = steps[index].question else {
            return .refuse(why: "step '\(path)' is \(steps[index].state.rawValue) and asks nothing")
        }
        guard question.choices.contains(decision.choice) else {
            let offered = question.choices.map(\.rawValue).joined(separator: ", ")
            return .refuse(
                why: "'\(decision.choice.rawValue)' is not possible for step '\(path)'; possible: \(offered)")
        }
        if decision.choice == .skip, graph.nodes[index].step.isCritical {
            return .refuse(why: "step '\(path)' is critical and cannot be skipped")
        }
        let made: [RunEvent] = [.decided(decision), .questionClosed(path)]
        return .events(made + eventsOfChoice(decision, index, context))
    }

    /// What a person lets be tried again has the whole time of the groups around it.
    func eventsOfFreshDeadlines(around index: Int, _ context: DecisionContext) -> [RunEvent] {
        graph.ancestors(of: index).compactMap { group in
            guard let deadline = steps[group].groupDeadline else { return nil }
            return .groupDeadlineSet(
                graph.nodes[group].path, Deadline(from: context.now, length: deadline.length))
        }
    }

    private func eventsOfChoice(_ decision: HumanDecision, _ index: Int, _ context: DecisionContext) -> [RunEvent] {
        if let events = eventsOfChoiceAboutRemedy(decision, index) { return events }
        let path = graph.nodes[index].path
        switch decision.choice {
        case .run: return [.attemptDue(path, firstPurpose(index), item: 0)]
        case .retry: return eventsOfRetry(index, context) + eventsOfFreshDeadlines(around: index, context)
        case .skip where steps[index].state == .pending:
            return [.stepSkipped(path, reason: "skipped by \(decision.actor.user): \(decision.why)", cutOff: false)]
        case .skip, .accept: return [.stepAccepted(path)]
        case .markDone: return eventsOfSuccess(index, outputs: decision.outputs)
        case .markFailed:
            return eventsOfFailure(index, "marked failed by \(decision.actor.user): \(decision.why)", context)
        case .waive where steps[index].state == .undone:
            return [.reapplication(path, steps[index].reapplication == .due ? .notApplied : .leftHeld)]
        case .waive: return [.undoWaived(path)] + (isRelease(index) ? [.released(path)] : [])
        case .rollback, .keep: return []
        }
    }

    private func eventsOfRetry(_ index: Int, _ context: DecisionContext) -> [RunEvent] {
        let path = graph.nodes[index].path
        let node = graph.nodes[index]
        switch steps[index].state {
        case .pending: return node.isLeaf ? [.attemptDue(path, firstPurpose(index), item: 0)] : []
        case .failed where !node.isLeaf: return []
        case .failed: return [.attemptDue(path, retryPurpose(index), item: 0)]
        case .unknown where steps[index].unknownCause == .inconclusive && !node.step.verify.isEmpty:
            return [.attemptDue(path, .settle, item: 0)]
        case .unknown where !node.step.doneWhen.isEmpty: return [.attemptDue(path, .settle, item: 0)]
        case .unknown:
            return [
                .stepReset(path, reason: "to be run again"), .attemptDue(path, purposeAfterProbe(index), item: 0),
            ]
        case .undoFailed: return eventsToUndo(index, context)
        default: return []
        }
    }

    private func decideAboutRun(_ decision: HumanDecision, _ context: DecisionContext) -> RunDecision {
        switch decision.choice {
        case .rollback: return decideRollback(decision, .failed)
        case .keep: return decideKeep(decision, .failed)
        case .waive:
            guard run.direction == .rollback, run.question != nil else { return refusal(of: decision) }
            return .events([.decided(decision), .questionClosed(nil), .rollbackVerifyWaived])
        case .retry:
            guard run.question?.choices.contains(.retry) == true else { return refusal(of: decision) }
            return .events([.decided(decision), .questionClosed(nil)])
        default: return refusal(of: decision)
        }
    }

    private func refusal(of decision: HumanDecision) -> RunDecision {
        .refuse(why: "'\(decision.choice.rawValue)' is not possible for the run now")
    }

    private func decideRollback(_ decision: HumanDecision, _ result: ForwardResult.Kind) -> RunDecision {
        guard run.direction == .forward else { return .ignore(why: "the run is rolling back") }
        guard run.decidedOutcome == nil else { return .refuse(why: "the run is closing") }
        let ended = forwardResult(decision, result)
        return .events([.decided(decision)] + eventsOfTurn(ended))
    }

    private func decideKeep(_ decision: HumanDecision, _ result: ForwardResult.Kind) -> RunDecision {
        let decided = HumanDecision(
            id: decision.id, choice: .keep, step: nil, why: decision.why, actor: decision.actor, at: decision.at,
            evidence: decision.evidence, evidenceSHA256: decision.evidenceSHA256)
        guard run.direction == .forward else {
            guard !run.isEnding, run.decidedOutcome == nil else { return .ignore(why: "the run is closing") }
            return .events([.decided(decided)] + eventsClosingQuestions())
        }
        guard run.forward == nil || !derived.questions.isEmpty, run.decidedOutcome == nil else {
            return .ignore(why: "the run is closing")
        }
        let ended = forwardResult(decision, result)
        let end: [RunEvent] = run.forward == nil ? [.forwardEnded(ended)] : []
        return .events([.decided(decided)] + eventsClosingQuestions() + end)
    }

    /// How the forward work ends with a person's decision: by what asked first, where something does.
    private func forwardResult(_ decision: HumanDecision, _ result: ForwardResult.Kind) -> ForwardResult {
        guard let first = steps.indices.first(where: { steps[$0].question != nil }),
            let question = steps[first].question
        else { return ForwardResult(result, reason: decision.why) }
        let path = graph.nodes[first].path.text
        if question.isGuide { return ForwardResult(.cancelled, step: path, reason: decision.why) }
        let isRejected =
            graph.nodes[first].isGate && steps[first].state == .failed && !question.choices.contains(.retry)
        return ForwardResult(
            isRejected ? .rejected : result, step: path, reason: steps[first].reason ?? decision.why)
    }

    /// Whoever keeps the effects as they are has answered everything.
    private func eventsClosingQuestions() -> [RunEvent] {
        derived.questions.sorted().map { .questionClosed(graph.nodes[$0].path) }
    }

    func decideCancel(_ decision: HumanDecision) -> RunDecision {
        if decision.choice == .keep || rollbackPolicy == .never, run.direction == .forward {
            return decideKeep(decision, .cancelled)
        }
        if decision.choice == .keep { return decideKeep(decision, .cancelled) }
        return decideRollback(decision, .cancelled)
    }
}
