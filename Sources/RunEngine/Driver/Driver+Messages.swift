import FoundationEssentials
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

extension Driver {
    func handle(_ message: DriverMessage) {
        switch message {
        case .supervisor(let report): handle(report)
        case .ended(let path, let number, let outcome): end(path, number, outcome)
        case .lookAgain(let path, let number):
            orphans[path.text] = nil
            lookAgain(path, number)
        case .record(let path, let value, let reply):
            decide(.record(.stateRecorded(path, value)))
            recorded.append(reply)
        case .cleared(let attempt, let failure): cleared(attempt, failure)
        case .clearedForPerson(let step, let failure): clearedForPerson(step, failure)
        case .admission(let outcome):
            isAdmitting = false
            guard outcome.kind != .interrupted else { return }
            decide(.admit(refusal: outcome.kind == .done ? nil : outcome.reason ?? "a precondition is not met"))
        case .rollbackVerify(let outcome):
            isVerifyingRollback = false
            decide(.endRollbackVerify(outcome))
        case .synced(let order): decide(.record(.effectsSynced(upTo: order)))
        case .request(let request): handle(request)
        }
    }

    private func handle(_ request: DriverRequest) {
        switch request {
        case .pause: pause(for: host.actor)
        case .endAttempts:
            endsAttempts = true
            performer.cancelAll()
        case .hold: isHeld = true
        case .goOn: isHeld = false
        case .look: break
        }
    }

    /// What somebody said through the journal.
    func handle(_ entry: InboxEntry) {
        switch entry.kind {
        case InboxKind.pause: pause(for: entry.actor)
        case InboxKind.decision:
            guard let decision = entry.decision else { return }
            decide(.decide(decision))
        case InboxKind.cancel:
            guard let decision = entry.decision else { return }
            decide(.cancel(decision))
        case InboxKind.answer:
            guard let answer = entry.answer else { return }
            take(answer)
        default: break
        }
    }

    /// The end of an attempt, with the wait before another try where there may be one.
    func end(_ path: StepPath, _ number: Int, _ outcome: AttemptOutcome) {
        guard let (purpose, tries, node) = inFlight(path, number) else { return }
        let delay = performer.retryDelay(of: node, purpose, tries: tries)
        if outcome.kind == .failed || outcome.kind == .unknown, !purpose.onlyLooks {
            performer.remember(outcome.kind, of: path, number)
        }
        decide(.endAttempt(path, number: number, outcome), retryDelay: delay)
    }

    private func inFlight(_ path: StepPath, _ number: Int) -> (Purpose, tries: Int, PlanNode)? {
        context.withMachine { machine in
            guard let index = machine.index(of: path), let intent = machine.steps[index].inFlight,
                intent.number == number
            else { return nil }
            return (intent.purpose, intent.tryNumber, machine.node(index))
        }
    }

    // MARK: Supervisors

    /// Nothing can be started any more: the run pauses when what is in flight has ended, and another driver goes on.
    func loseServer() {
        guard !isPausing else { return }
        decide(.record(.noted(text: "the process that starts programs has ended; resume to go on", by: host.actor)))
        pause(for: host.actor)
    }

    /// Nothing new starts; checks and waits give way at once.
    private func pause(for actor: Actor) {
        guard !isPausing else { return }
        isPausing = true
        isHeld = false
        decide(.pause(actor))
        performer.cancelLooks()
    }

    private func handle(_ report: SupervisorReport) {
        switch report {
        case .started: break
        case .done(let result):
            guard let flight = flights.removeValue(forKey: result.token) else { return }
            host.crashPoint("driver.before_outcome")
            end(flight.path, flight.number, performer.outcome(of: result, flight.identity))
        case .refused(let token, let errno):
            guard let flight = flights.removeValue(forKey: token) else { return }
            let reason = "it could not be started: \(SystemError.text(of: errno))"
            end(flight.path, flight.number, AttemptOutcome(.failed, cause: .error, reason: reason))
        case .vanished(let token, _, _):
            guard let flight = flights.removeValue(forKey: token) else { return }
            lookAgain(flight.path, flight.number)
        case .serverLost(let outstanding):
            loseServer()
            for token in outstanding {
                guard let flight = flights.removeValue(forKey: token) else { continue }
                lookAgain(flight.path, flight.number)
            }
        }
    }
}

extension InboxEntry {
    /// The decision that the entry carries; nil where it carries none or cannot be read.
    package var decision: HumanDecision? {
        try? JSONDecoder().decode(HumanDecision.self, from: Data(payload.json.utf8))
    }

    /// The answer that the entry carries.
    package var answer: HumanAnswer? {
        guard kind == InboxKind.answer else { return nil }
        return try? JSONDecoder().decode(HumanAnswer.self, from: Data(payload.json.utf8))
    }

    /// What it tells the machine; nil where that is nothing about a choice.
    var command: RunCommand? {
        switch kind {
        case InboxKind.decision: decision.map(RunCommand.decide)
        case InboxKind.cancel: decision.map(RunCommand.cancel)
        case InboxKind.answer: answer.map(RunCommand.answer)
        default: nil
        }
    }
}

/// What can be said to a run through its inbox.
package enum InboxKind {
    package static let pause = "pause"
    package static let decision = "decide"
    package static let cancel = "cancel"
    package static let answer = "answer"
}
