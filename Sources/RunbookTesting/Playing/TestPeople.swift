import Expressions
import RunEngine
import RunHost
import RunMachine
import RunbookModel

/// The people of a test: they answer prompts as the test says, and let steps start in guide mode.
struct TestPeople {
    private let entries: [AnswerEntry]
    /// How many answers were given at a step.
    private var given: [String: Int] = [:]

    init(_ entries: [AnswerEntry]) { self.entries = entries }

    /// Whether somebody has said something, so that the run may go on.
    mutating func goOn(
        _ run: RehearsedRun, _ mocks: MockHost, _ orders: inout ArraySlice<TestOrder>, _ observed: inout Observation
    ) throws -> Bool {
        if try guide(run, &orders) { return true }
        for open in try run.openPrompts() {
            guard let answer = next(to: open) else { continue }
            if try give(answer, to: open, run, mocks, &observed) { return true }
        }
        return false
    }

    /// In guide mode the next step starts, where the test does not want anything else.
    private func guide(_ run: RehearsedRun, _ orders: inout ArraySlice<TestOrder>) throws -> Bool {
        let machine = try run.machine()
        let asking = machine.graph.nodes.first { machine.steps[$0.index].question?.isGuide == true }
        guard let path = asking?.path else { return false }
        if case .choose(_, let step)? = orders.first?.kind, step == nil || step == path.text { return false }
        return try run.say(InboxKind.decision, .run, step: path, why: "the test goes on") == nil
    }

    // MARK: Answers

    /// The next answer of the pattern that names the step best; nil where there is none, or all were given.
    private mutating func next(to open: OpenPrompt) -> PersonAnswer? {
        let ranked = entries.compactMap { entry in
            StepPattern(entry.pattern.value).rank(open.step.text).map { (entry: entry, rank: $0) }
        }
        // The first of the best: those of the test come before those of the file.
        guard let best = ranked.map(\.rank).max(), let entry = ranked.first(where: { $0.rank == best })?.entry else {
            return nil
        }
        let isUndo = open.prompt.purpose.isUndo
        var answers = isUndo ? entry.undo : entry.answers
        if isUndo, answers.isEmpty { answers = [PersonAnswer(.done, entry.pattern.span)] }
        // One answer is for every prompt; a list is gone through once.
        let key = "\(open.step)" + (isUndo ? " undo" : "") + (answers.count == 1 ? "#\(open.prompt.attempt)" : "")
        let position = given[key, default: 0]
        given[key] = position + 1
        return position < answers.count ? answers[position] : nil
    }

    /// Whether the run goes on from here.
    private func give(
        _ answer: PersonAnswer, to open: OpenPrompt, _ run: RehearsedRun, _ mocks: MockHost,
        _ observed: inout Observation
    ) throws -> Bool {
        if answer.verdict == .expires {
            guard let expires = open.prompt.expires else {
                observed.problems.append("step '\(open.step)' has no `expires`, and waits for its answer for ever")
                return false
            }
            try mocks.clock.advance(by: max(0, expires.remaining(at: mocks.now)) + 1)
            return true
        }
        try mocks.clock.advance(by: answer.after.inMilliseconds)
        let (actor, groups) = Self.person(answer, open.prompt)
        let result = try run.answer(open, Self.content(answer, open.prompt), by: actor, groups: groups)
        switch (result, answer.refused) {
        case (.recorded, nil): return true
        case (.refused(let why), let wanted?) where why.contains(wanted): return true
        case (.refused(let why), _):
            observed.problems.append("the answer of \(actor.user) to step '\(open.step)' is refused: \(why)")
        case (.recorded, let wanted?):
            observed.problems.append(
                "the answer of \(actor.user) to step '\(open.step)' is taken, and was to be refused: …\(wanted)…")
        case (.repeated, _):
            observed.problems.append("step '\(open.step)' needs the answer of another person than \(actor.user)")
        }
        return false
    }

    private static func content(_ answer: PersonAnswer, _ prompt: Prompt) -> AnswerContent {
        var content = AnswerContent(HumanAnswer.Verdict(rawValue: answer.verdict.rawValue) ?? .done)
        for entry in answer.values {
            if let name = entry.key.asString { content.values[name] = entry.value }
        }
        content.ticked = prompt.checklist.indices.filter { index in
            answer.ticked.map { $0.contains(prompt.checklist[index]) } ?? true
        }
        content.evidenceText = answer.evidence ?? (prompt.evidence == .required ? "evidence of the test" : nil)
        content.typed = answer.typed ?? prompt.typed
        content.comment = answer.comment
        return content
    }

    /// Who was named, or somebody who may answer.
    private static func person(_ answer: PersonAnswer, _ prompt: Prompt) -> (Actor, groups: [String]) {
        if let user = answer.user { return (actor(user), answer.groups) }
        let audience = prompt.audience
        if audience.onlyRequester { return (TestRun.requester, []) }
        let names = audience.users.filter { !audience.notRequester || $0 != TestRun.requester.user }
        return (actor(names.first ?? "colleague"), audience.groups)
    }

    private static func actor(_ user: String) -> Actor {
        guard user != TestRun.requester.user else { return TestRun.requester }
        // Different names are different persons.
        let number = user.utf8.reduce(UInt32(5_381)) { ($0 &* 33) ^ UInt32($1) } | 1
        return Actor(user: user, uid: number, loginUID: nil)
    }
}
