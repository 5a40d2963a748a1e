import Expressions
import RunPlan
import RunbookModel

extension RunMachine {
    /// A person is asked: the intent of the attempt and the prompt are one.
    func decidePrompt(_ intent: AttemptIntent, _ prompt: Prompt) -> RunDecision {
        guard let index = graph.index(of: intent.step) else { return .refuse(why: "there is no step '\(intent.step)'") }
        guard case .events(let events) = decideStart(intent, index) else { return decideStart(intent, index) }
        return .events(events + [.promptOpened(intent.step, prompt)])
    }

    /// What an answer leads to. One that was given before is ignored; one that may not stand is refused.
    func decideAnswer(_ answer: HumanAnswer, _ context: DecisionContext) -> RunDecision {
        guard let index = graph.index(of: answer.step) else {
            return .refuse(why: "there is no step '\(answer.step)'")
        }
        guard let prompt = steps[index].prompt else {
            return .refuse(why: "step '\(answer.step)' is \(steps[index].state.rawValue) and asks nobody anything")
        }
        let own = prompt.answers.last { $0.id == answer.id || $0.actor.person == answer.actor.person }
        if let own, own.id == answer.id || own.says(sameAs: answer) { return .ignore(why: "already recorded") }
        guard case .asking(let intent) = steps[index].phase, !isPromptVoid(index, intent.purpose) else {
            return .refuse(why: whyOver(index, prompt))
        }
        guard answer.attempt == prompt.attempt else {
            return .refuse(why: "step '\(answer.step)' has been asked again since; look at it again")
        }
        if let why = AnswerJudge(prompt: prompt, answer: answer, path: answer.step).objection {
            return .refuse(why: why)
        }
        return .events([.answered(answer)] + eventsOfAnswer(answer, prompt, index, context))
    }

    private func whyOver(_ index: Int, _ prompt: Prompt) -> String {
        let path = graph.nodes[index].path
        guard let last = prompt.answers.last else {
            return "step '\(path)' no longer asks: \(steps[index].reason ?? "it is over")"
        }
        return "step '\(path)' is decided: \(last.words)"
    }

    private func eventsOfAnswer(_ answer: HumanAnswer, _ prompt: Prompt, _ index: Int, _ context: DecisionContext)
        -> [RunEvent]
    {
        switch answer.verdict {
        case .done: return eventsOfDone(answer, prompt, index, context, [])
        case .approve:
            var approved = prompt
            approved.answers.append(answer)
            guard approved.approvals.count >= prompt.audience.quorum else { return [] }
            let names = approved.approvals.map { Value.string($0.actor.user) }
            return eventsOfDone(answer, prompt, index, context, [("approved_by", .list(names))])
        case .couldNot:
            return eventsOfPromptEnd(index, AttemptOutcome(.failed, reason: answer.words), context)
        case .reject: return eventsOfRejection(index, AttemptOutcome(.failed, reason: answer.words), context)
        case .skip: return eventsOfSkip(answer, index)
        }
    }

    private func eventsOfDone(
        _ answer: HumanAnswer, _ prompt: Prompt, _ index: Int, _ context: DecisionContext, _ more: [(String, Value)]
    ) -> [RunEvent] {
        var outcome = AttemptOutcome(.done)
        // Those who approved before may have filled in the form as well; the last word counts.
        let given = prompt.answers.filter { $0.verdict == answer.verdict }.reduce(into: [String: Value]()) {
            $0.merge($1.given) { _, new in new }
        }
        let values = FormField.bind(prompt.form, given: given.merging(answer.given) { _, new in new })
        let bound = (try? values.get()) ?? ValueMap()
        let all = bound.compactMap { entry in entry.key.asString.map { ($0, entry.value) } } + more
        if !all.isEmpty { outcome.outputs = Stored(.map(ValueMap(all))) }
        outcome.elapsed = max(0, answer.at.wall - prompt.openedAt.wall)
        return eventsOfPromptEnd(index, outcome, context)
    }

    /// The end of a prompt is the end of its attempt; the groups around it have their whole time again.
    private func eventsOfPromptEnd(_ index: Int, _ outcome: AttemptOutcome, _ context: DecisionContext) -> [RunEvent] {
        eventsOfEnd(index, outcome, context) + eventsOfFreshDeadlines(around: index, context)
    }

    /// Nothing was done yet, unless an earlier try has left something.
    private func eventsOfSkip(_ answer: HumanAnswer, _ index: Int) -> [RunEvent] {
        let path = graph.nodes[index].path
        let isFirst = steps[index].tries <= 1
        let outcome = AttemptOutcome(isFirst ? .neverLaunched : .failed, reason: answer.words)
        let ended = RunEvent.attemptEnded(path, number: answer.attempt, outcome, then: .idle)
        guard isFirst else { return [ended, .stepFailed(path, reason: answer.words, allowed: true)] }
        return [
            ended, .stepReset(path, reason: answer.words), .stepSkipped(path, reason: answer.words, cutOff: false),
        ]
    }

    /// A no to an approval or a confirmation ends the run, whatever the step's `on_failure` says.
    private func eventsOfRejection(_ index: Int, _ outcome: AttemptOutcome, _ context: DecisionContext) -> [RunEvent] {
        guard let intent = steps[index].openAttempt else { return [] }
        let path = graph.nodes[index].path
        let reason = outcome.reason ?? "rejected"
        let ended: [RunEvent] = [
            .attemptEnded(path, number: intent.number, outcome, then: .idle),
            .stepFailed(path, reason: reason, allowed: false),
        ]
        let result = ForwardResult(.rejected, step: path.text, reason: reason)
        switch rollbackPolicy {
        case .auto: return ended + eventsOfTurn(result)
        case .ask where hasSomethingToTakeBack:
            let question = Question(why: reason, choices: [.rollback, .keep], since: context.now.wall)
            return ended + [.questionOpened(path, question)]
        case .never, .ask: return ended + [.forwardEnded(result)]
        }
    }

    // MARK: Time

    /// Steps whose prompts have run out of time, or of which that cannot be told by the clock.
    package func expiredPrompts(at now: Moment) -> [StepPath] {
        derived.asking.sorted().filter { index in
            let record = steps[index]
            if let expires = record.openPrompt?.expires, expires.hasPassed(at: now) || isDoubtful(expires, now) {
                return true
            }
            guard let deadline = record.openAttempt?.deadline else { return false }
            return deadline.hasPassed(at: now) && !isDoubtful(deadline, now)
        }.map { graph.nodes[$0].path }
    }

    /// Whether a deadline rests on a wall clock that was seen to go back.
    private func isDoubtful(_ deadline: Deadline, _ now: Moment) -> Bool {
        run.clockWentBack != nil && deadline.due.bootID != now.bootID
    }

    /// The time of a prompt is over.
    func decideExpiry(_ index: Int, _ context: DecisionContext) -> RunDecision {
        guard let prompt = steps[index].openPrompt, let intent = steps[index].openAttempt else {
            return .ignore(why: "it asks nobody any more")
        }
        if let expires = prompt.expires {
            if isDoubtful(expires, context.now) { return .events(eventsOfDoubt(index, intent, context)) }
            if expires.hasPassed(at: context.now) {
                return .events(eventsOfLateAnswer(index, prompt, expires, "expired: nobody decided within", context))
            }
        }
        guard let deadline = intent.deadline, deadline.hasPassed(at: context.now), !isDoubtful(deadline, context.now)
        else { return .ignore(why: "it is not late") }
        return .events(eventsOfLateAnswer(index, prompt, deadline, "timed out after", context))
    }

    private func eventsOfLateAnswer(
        _ index: Int, _ prompt: Prompt, _ deadline: Deadline, _ words: String, _ context: DecisionContext
    ) -> [RunEvent] {
        let length = DurationText.render(.milliseconds(deadline.length))
        let outcome = AttemptOutcome(.failed, cause: .timeout, reason: "\(words) \(length)")
        return prompt.kind == .manual
            ? eventsOfPromptEnd(index, outcome, context) : eventsOfRejection(index, outcome, context)
    }

    /// It may have expired or not; only a person can say that it is to be asked anew.
    private func eventsOfDoubt(_ index: Int, _ intent: AttemptIntent, _ context: DecisionContext) -> [RunEvent] {
        let path = graph.nodes[index].path
        let why = "the wall clock went back, so that it cannot be told whether the question has expired"
        let ended = RunEvent.attemptEnded(
            path, number: intent.number, AttemptOutcome(.neverLaunched, reason: why), then: .idle)
        let question = Question(why: why, choices: [.retry, .rollback, .keep], since: context.now.wall)
        return [ended, .stepReset(path, reason: why), .questionOpened(path, question)]
    }

    // MARK: Changed plans

    /// What was asked under another plan is asked anew; answers to the old one are void.
    func eventsOfReopenedPrompts(_ planDigest: String) -> [RunEvent] {
        derived.asking.sorted().compactMap { index in
            guard case .asking(let intent) = steps[index].phase, steps[index].prompt?.planDigest != planDigest else {
                return nil
            }
            let outcome = AttemptOutcome(.interrupted, reason: "the run moved to its changed files; it is asked anew")
            return .attemptEnded(
                intent.step, number: intent.number, outcome, then: .due(intent.purpose, item: intent.item))
        }
    }

    /// Whether nobody needs to answer any more: the run, or a group around the step, is ending.
    private func isPromptVoid(_ index: Int, _ purpose: Purpose) -> Bool {
        if purpose.isUndo || purpose == .reapply { return run.isEnding && run.direction == .rollback }
        return !continuesForward(index)
    }

    /// The end of a prompt that is void; nil where it still counts.
    func endOfVoidPrompt(_ index: Int, _ reason: String) -> RunEvent? {
        guard case .asking(let intent) = steps[index].phase, isPromptVoid(index, intent.purpose) else { return nil }
        let outcome = AttemptOutcome(.interrupted, reason: "no longer asked: \(reason)")
        return .attemptEnded(intent.step, number: intent.number, outcome, then: .idle)
    }
}

extension PlanNode {
    /// Whether the step's action is put to a person.
    package var asksPerson: Bool { action.flatMap { Prompt.Kind(rawValue: $0.kind) } != nil }

    /// Whether a person decides there if the run goes on: nobody goes round it.
    package var isGate: Bool { action?.kind == "approve" || action?.kind == "confirm" }
}
