import Expressions
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

/// A prompt that waits for an answer, and where.
package struct OpenPrompt: Sendable, Equatable {
    package let run: RunID
    package let step: StepPath
    package let prompt: Prompt

    package init(run: RunID, step: StepPath, prompt: Prompt) {
        self.run = run
        self.step = step
        self.prompt = prompt
    }
}

/// What somebody says to a prompt; everything but the verdict may be missing.
package struct AnswerContent: Sendable {
    package var verdict: HumanAnswer.Verdict
    /// Form values by field; texts are read by the field's type.
    package var values: [String: Value] = [:]
    /// Positions in the checklist, from 0.
    package var ticked: [Int] = []
    package var evidence: [EvidenceFile] = []
    package var evidenceText: String?
    package var typed: String?
    package var comment: String?
    /// The digest of what was shown; nil: the prompt as it is now.
    package var shown: String?
    package init(_ verdict: HumanAnswer.Verdict) { self.verdict = verdict }
}

/// An open run that waits for people, and for what.
package struct PendingRun: Sendable {
    package let summary: RunSummary
    package let prompts: [OpenPrompt]
    /// Nil: about the run as a whole.
    package let questions: [(step: StepPath?, question: Question)]
}

extension RunService {
    /// All open runs that wait for people, the newest first; damaged ones are a failure of their own.
    package func pending() throws(ServiceFailure) -> [Result<PendingRun, JournalFailure>] {
        do throws(JournalFailure) {
            return try journal.openRuns().compactMap { found in
                switch found {
                case .failure(let failure): return .failure(failure)
                case .success(let summary): return pending(summary)
                }
            }
        } catch { throw .journal(error) }
    }

    private func pending(_ summary: RunSummary) -> Result<PendingRun, JournalFailure>? {
        do throws(JournalFailure) {
            let stored = try journal.load(summary.id)
            guard !stored.record.isClosed else { return nil }
            let steps = stored.steps.sorted { $0.key.text < $1.key.text }
            let prompts = steps.compactMap { path, record in
                record.openPrompt.map { OpenPrompt(run: summary.id, step: path, prompt: $0) }
            }
            let ofRun: [(step: StepPath?, question: Question)] = stored.record.question.map { [(nil, $0)] } ?? []
            let questions = ofRun + steps.compactMap { path, record in record.question.map { (path, $0) } }
            guard !prompts.isEmpty || !questions.isEmpty else { return nil }
            return .success(PendingRun(summary: summary, prompts: prompts, questions: questions))
        } catch { return .failure(error) }
    }

    /// What people are asked in a run now.
    package func openPrompts(_ run: RunID) throws(ServiceFailure) -> [OpenPrompt] {
        do throws(JournalFailure) {
            let steps = try journal.load(run).steps
            return steps.compactMap { path, record in
                record.openPrompt.map { OpenPrompt(run: run, step: path, prompt: $0) }
            }.sorted { $0.prompt.openedAt.wall < $1.prompt.openedAt.wall }
        } catch { throw .journal(error) }
    }

    /// An answer of this process's user to an open prompt, with an id of its own.
    package func answer(_ open: OpenPrompt, _ content: AnswerContent, host: EngineHost) -> HumanAnswer {
        answer(open, content, id: String(host.random(), radix: 36), at: host.now)
    }

    /// The same for a process without a host of its own.
    package func answer(_ open: OpenPrompt, _ content: AnswerContent, id: String, at now: Moment) -> HumanAnswer {
        Self.answer(open, content, id: id, at: now, by: actor, groups: Self.groups(of: actor))
    }

    static func answer(
        _ open: OpenPrompt, _ content: AnswerContent, id: String, at now: Moment, by actor: Actor, groups: [String]
    ) -> HumanAnswer {
        var answer = HumanAnswer(
            id: id, step: open.step, attempt: open.prompt.attempt, verdict: content.verdict, actor: actor,
            groups: groups, at: now, shown: content.shown ?? open.prompt.digest)
        if !content.values.isEmpty {
            let sorted = content.values.sorted { $0.key < $1.key }
            answer.values = Stored(.map(ValueMap(sorted.map { ($0.key, $0.value) })))
        }
        answer.ticked = content.ticked
        answer.evidence = content.evidence
        answer.evidenceText = content.evidenceText
        answer.typed = content.typed
        answer.comment = content.comment
        return answer
    }

    /// Why this process's user may not answer a prompt; nil where they may.
    package func objection(to prompt: Prompt) -> String? {
        prompt.audience.objection(to: actor, groups: Self.groups(of: actor))
    }

    private static func groups(of actor: Actor) -> [String] {
        let user = (try? UserCredentials.numbered(actor.person)) ?? nil
        return user?.groupNames ?? []
    }

    /// Records an answer for whoever drives the run, or for its next driver; judged within the same transaction.
    package func record(_ run: RunID, _ answer: HumanAnswer) throws(ServiceFailure) -> InboxResult {
        do {
            return try Self.record(run, answer, plan: try plan(from: try journal.pinned(run)), journal)
        } catch {
            throw ServiceFailure(of: error)
        }
    }

    static func record(_ run: RunID, _ answer: HumanAnswer, plan: Plan, _ journal: any Journal) throws -> InboxResult {
        let entry = InboxEntry(
            id: answer.id, run: run, kind: InboxKind.answer, payload: try Stored(encoding: answer),
            actor: answer.actor, at: answer.at.wall)
        return try journal.record(entry) { stored in
            if let why = doubt(about: answer, stored, plan) { return .refuse(why: why) }
            return judge(.answer(answer), stored, plan, answer.at)
        }
    }

    /// After a reboot only the wall clock tells whether something has expired; one that went back does not.
    private static func doubt(about answer: HumanAnswer, _ stored: StoredRun, _ plan: Plan) -> String? {
        guard let prompt = stored.steps[answer.step]?.openPrompt else { return nil }
        if prompt.planDigest != plan.digest { return "run \(stored.id) moved to changed files and has to ask anew" }
        guard let expires = prompt.expires, expires.due.bootID != answer.at.bootID,
            stored.lastEventAt - answer.at.wall > 1_000
        else { return nil }
        return "the wall clock is behind the journal's last event, so that it cannot be told whether this has expired"
    }

    /// What the machine says to a command once everything that was said before is taken into account.
    static func judge(_ command: RunCommand, _ stored: StoredRun, _ plan: Plan, _ now: Moment) -> InboxVerdict {
        var machine = RunMachine(plan: plan, run: stored.record, steps: stored.steps)
        let context = DecisionContext(now: now)
        for earlier in stored.inbox.compactMap(\.command) {
            guard case .events(let events) = machine.decide(earlier, context) else { continue }
            for event in events { try? machine.apply(event) }
        }
        switch machine.decide(command, context) {
        case .events: return .accept
        case .ignore: return .repeated
        case .refuse(let why): return .refuse(why: why)
        }
    }
}
