import RunMachine
import RunbookModel

/// The wording of a run's history.
package enum EventWords {
    /// What happened; lower case, no full stop, the step left out.
    package static func text(_ event: RunEvent) -> String {
        runText(event) ?? stepText(event) ?? undoText(event) ?? personText(event)
    }

    private static func runText(_ event: RunEvent) -> String? {
        switch event {
        case .created(let created):
            let undo = created.undoOf.map { "to undo run \($0)" } ?? "of \(created.runbook)"
            return "run \(undo) opened by \(created.by.user)"
        case .claimed(let claim):
            return "driver \(claim.epoch) takes over, for \(claim.by.user)"
                + (claim.guided.map { $0 ? ", step by step" : ", no longer step by step" } ?? "")
        case .admitted: return "preconditions met"
        case .activityChanged(let activity, let reason):
            return StateWords.words(activity, .forward, isDriven: true) + because(reason)
        case .forwardEnded(let result):
            let place = result.step.map { " at \($0)" } ?? ""
            return "forward work ended: \(result.result.rawValue)\(place)" + because(result.reason)
        case .directionTurned(let cause): return "rolling back: \(cause)"
        case .rollbackVerified(let outcome):
            return outcome.kind == .done ? "rollback verified" : "rollback not verified" + because(outcome.reason)
        case .rollbackVerifyWaived: return "rollback counts without its verification"
        case .deadlinePassed: return "the run's deadline has passed"
        case .estimateExceeded: return "the run takes longer than estimated"
        case .effectsSynced(let order): return "effects of the first \(order) steps are on disk"
        case .clockWentBack(let milliseconds): return "the wall clock went back by \(ClockText.length(milliseconds))"
        case .lockBroken(let name, let actor, let why): return "lock '\(name)' broken by \(actor.user): \(why)"
        case .lockTaken(let name): return "lock '\(name)' taken again"
        case .adopted(let digest, let actor):
            return "\(actor.user) moved it to the changed files (plan \(digest.prefix(12)))"
        case .handlerStarted(let event, _): return "handler \(event.rawValue) started"
        case .handlerEnded(let event, _): return "handler \(event.rawValue) ended"
        case .outputsComputed: return "outputs computed"
        case .outcomeDecided(let outcome): return "outcome: \(StateWords.words(outcome))"
        case .closed(let outcome): return "closed: \(StateWords.words(outcome))"
        default: return nil
        }
    }

    private static func stepText(_ event: RunEvent) -> String? {
        switch event {
        case .stepSkipped(_, let reason, _): return "skipped: \(reason)"
        case .groupStarted(_, _, let instances):
            return instances.map { "started with \($0.count) items" } ?? "started"
        case .groupFailing(_, let reason, let undo):
            return "failing\(undo ? ", to be undone first" : ""): \(reason)"
        case .remedyJudged(_, let remedy, let helped, let reason):
            let name = remedy.text.split(separator: "/").last.map(String.init) ?? remedy.text
            return "'\(name)' \(helped ? "helped" : "did not help")" + because(reason)
        case .attemptIntended(let intent):
            let again = intent.tryNumber > 1 ? ", try \(intent.tryNumber)" : ""
            return "\(StepView.purposeWords(intent.purpose)) started (attempt \(intent.number)\(again))"
        case .attemptEnded(_, let number, let outcome, _): return "attempt \(number) \(words(outcome))"
        case .groupDeadlineSet(_, let deadline):
            return "has \(DurationText.render(.milliseconds(deadline.length)))"
        case .attemptAdopted(_, let number, let pid):
            return "attempt \(number) is still running as process \(pid); waiting for it"
        case .attemptEndOrdered(_, let number, let because):
            return "attempt \(number) is being ended, because '\(because)' failed"
        case .stateRecorded: return "state before noted"
        case .attemptDue(_, let purpose, _): return "\(StepView.purposeWords(purpose)) is next"
        case .retryScheduled(_, _, _, let until): return "next try in \(ClockText.length(until.length))"
        case .stepSucceeded: return "succeeded"
        case .stepFailed(_, let reason, let allowed): return "failed\(allowed ? " (allowed)" : ""): \(reason)"
        case .stepUnknown(_, let reason, _): return "outcome unknown: \(reason)"
        case .stepReset(_, let reason): return "pending again: \(reason)"
        case .stepCommitted: return "committed: it cannot be undone any more"
        case .stepAccepted: return "left as it is"
        default: return nil
        }
    }

    private static func undoText(_ event: RunEvent) -> String? {
        switch event {
        case .undoStarted: "undo started"
        case .undone(_, let reason): "undone" + because(reason)
        case .undoFailed(_, let reason): "undo failed: \(reason)"
        case .undoWaived: "its undo was waived"
        case .released: "released"
        case .reapplication(_, let how): words(how)
        default: nil
        }
    }

    private static func words(_ reapplication: Reapplication) -> String {
        switch reapplication {
        case .due: "to be applied again"
        case .held: "applied again while the run is taken back"
        case .released: "released again"
        case .notApplied: "not applied again"
        case .leftHeld: "left in force"
        }
    }

    private static func personText(_ event: RunEvent) -> String {
        switch event {
        case .pauseRequested(let actor): return "pause asked for by \(actor.user)"
        case .questionOpened(_, let question) where question.isGuide: return "is next; may it start?"
        case .promptOpened(_, let prompt):
            let what =
                prompt.kind == .manual
                ? "a person is to do it" : prompt.kind == .approve ? "asks for approval" : "asks for confirmation"
            return "\(what): waits for \(prompt.audience.words)"
        case .answered(let answer): return answered(answer)
        case .told(_, let notice): return told(notice)
        case .questionOpened(_, let question):
            return "needs a decision (\(question.choices.map(\.rawValue).joined(separator: ", "))): \(question.why)"
        case .questionClosed: return "decision made"
        case .decided(let decision): return "\(decision.actor.user) chose \(decision.choice.rawValue): \(decision.why)"
        case .noted(let text, let actor): return "note of \(actor.user): \(text)"
        default: return name(event)
        }
    }

    private static func answered(_ answer: HumanAnswer) -> String {
        let evidence = answer.evidence.map { "evidence \($0.name)" } + [answer.evidenceText].compactMap { $0 }
        let more = evidence.isEmpty ? "" : " (\(evidence.joined(separator: ", ")))"
        return "\(answer.verdict.past) by \(answer.actor.user)" + because(answer.comment) + more
    }

    private static func told(_ notice: Notice) -> String {
        let what =
            switch notice.kind {
            case .tell: "told"
            case .remind: "reminded"
            case .escalate: "escalated to"
            }
        let failures = notice.failures.isEmpty ? "" : "; \(notice.failures.joined(separator: "; "))"
        return "\(what) \(notice.to.joined(separator: ", "))\(failures)"
    }

    /// How an attempt ended.
    static func words(_ outcome: AttemptOutcome) -> String {
        let took = outcome.elapsed.map { " after \(ClockText.length($0))" } ?? ""
        let kind =
            switch outcome.kind {
            case .done: "done"
            case .failed: "failed"
            case .inconclusive: "could not tell"
            case .unknown: "has no known outcome"
            case .neverLaunched: "was never launched"
            case .interrupted: "was interrupted"
            }
        return kind + took + because(outcome.reason)
    }

    private static func because(_ reason: String?) -> String { reason.map { ": \($0)" } ?? "" }

    /// The event's kind, such as `step_failed`.
    package static func name(_ event: RunEvent) -> String {
        let label = Mirror(reflecting: event).children.first?.label ?? "\(event)"
        var name = ""
        for character in label {
            if character.isUppercase { name += "_" }
            name += character.lowercased()
        }
        return name
    }
}
