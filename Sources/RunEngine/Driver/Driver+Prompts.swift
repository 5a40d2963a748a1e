import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

extension Driver {
    /// Puts the attempt that is due to a person, once nothing that a failed attempt left is in the way.
    func ask(_ node: PlanNode, _ intent: AttemptIntent, _ call: ActionCall, _ kind: Prompt.Kind) throws {
        guard !performer.mayHaveRemains(before: intent) else { return clear(before: intent) }
        let (intent, prompt) = try performer.prompt(node, intent, call, kind)
        if node.step.isCommit { syncNow() }
        guard case .events = decide(.openPrompt(intent, prompt)) else { return }
        lastReminder = nil
        confirmAhead()
    }

    /// Ends what is in the way of an undo that a person is to do; the undo stays due meanwhile.
    private func clear(before intent: AttemptIntent) {
        guard !clearingForPeople.contains(intent.step) else { return }
        clearingForPeople.insert(intent.step)
        clearing += 1
        let performer = performer
        let mailbox = mailbox
        do {
            try WorkerThread.start(name: "remains") {
                let failure: String?
                do {
                    try performer.endRemains(before: intent)
                    failure = nil
                } catch { failure = "\(error)" }
                mailbox.send(.clearedForPerson(intent.step, failure: failure))
            }
        } catch {
            clearedForPerson(intent.step, "\(error)")
        }
    }

    func clearedForPerson(_ step: StepPath, _ failure: String?) {
        clearing -= 1
        clearingForPeople.remove(step)
        guard let failure else { return }
        decide(.cannotStart(step, reason: "what a failed attempt left cannot be ended: \(failure)"))
    }

    /// `--yes` answers what only asks whoever started the run to confirm.
    func confirmAhead() {
        guard confirmsAhead else { return }
        for (path, prompt) in context.withMachine({ $0.openPrompts }) where prompt.kind == .confirm {
            var answer = HumanAnswer(
                id: "yes-\(path)-\(prompt.attempt)", step: path, attempt: prompt.attempt, verdict: .approve,
                actor: host.actor, groups: [], at: host.now, shown: prompt.digest)
            answer.typed = prompt.typed
            answer.comment = "--yes"
            decide(.answer(answer))
        }
    }

    /// Looks now and then whether somebody is to be told, and at once after something was asked.
    func remindPeople() {
        guard context.withMachine({ !$0.openPrompts.isEmpty }) else { return }
        let now = host.now.boot
        if let lastReminder, now - lastReminder < 10_000 { return }
        lastReminder = now
        remind()
    }

    /// Takes an answer into account; one that comes too late leaves a trace.
    func take(_ answer: HumanAnswer) {
        guard case .refuse(let why) = decide(.answer(answer)) else { return }
        decide(.record(.noted(text: "an answer to step '\(answer.step)' came too late: \(why)", by: answer.actor)))
    }

    /// Ends prompts whose time is over; not where somebody has answered in time and is not heard yet.
    func expirePrompts() throws {
        while case let late = context.withMachine({ $0.expiredPrompts(at: host.now) }), !late.isEmpty {
            try takeInbox()
            _ = try commit()
            let before = context.withMachine { $0 }
            for path in late { decide(.expirePrompt(path)) }
            guard hasUncommitted else { continue }
            if try !write(onlyIfInboxEmpty: true) {
                context.withMachine { $0 = before }
                forgetUncommitted()
            }
        }
    }
}
