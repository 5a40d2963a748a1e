import Expressions
import RunPlan
import RunbookModel

/// The issue-resolution ladder: remedies are tried in turn until one helps.
///
/// A remedy's turn has come when every one before it is judged and, where that is asked for, taken back.
extension RunMachine {
    func isRemedy(_ index: Int) -> Bool { graph.nodes[index].parent.map { graph.nodes[$0].ladder != nil } ?? false }

    /// Whether it is this remedy's turn, as far as those before it and the ladder itself are concerned.
    func isNextRemedy(_ index: Int) -> Bool {
        guard let parent = graph.nodes[index].parent, let ladder = graph.nodes[parent].ladder,
            steps[parent].state == .started, steps[parent].helpedBy == nil, steps[parent].phase == .idle,
            steps[parent].question == nil
        else { return false }
        for (position, child) in graph.children[parent].enumerated() {
            if child == index { return true }
            guard isDealtWith(child, position, parent, ladder) else { return false }
        }
        return false
    }

    /// Lets the next remedy begin in the ladders around a step that has changed.
    mutating func offerRemedies(around index: Int) {
        for holder in CollectionOfOne(index) + Array(graph.ancestors(of: index)) {
            guard graph.nodes[holder].ladder != nil, steps[holder].state == .started else { continue }
            let next = graph.children[holder].first { steps[$0].state == .pending && isNextRemedy($0) }
            if let next { offer(next) }
        }
    }

    private func isDealtWith(_ remedy: Int, _ position: Int, _ parent: Int, _ ladder: FirstOf) -> Bool {
        guard steps[remedy].isSettled else { return false }
        if steps[remedy].state == .skipped { return true }
        guard position < steps[parent].judgedRemedies ?? 0 else { return false }
        return !ladder.undoIfUnhelpful || isTakenBack(remedy)
    }

    private func isTakenBack(_ remedy: Int) -> Bool {
        graph.subtree(of: remedy).allSatisfy { derived.floor.contains($0) || !steps[$0].state.mayHaveEffect }
    }

    /// Whether the undo of an unhelpful remedy has begun and not come to its end.
    func isTakingBackRemedy(_ index: Int) -> Bool {
        guard steps[index].state == .started, graph.nodes[index].ladder?.undoIfUnhelpful == true,
            derived.undosUnderWay > 0 || !derived.questions.isEmpty
        else { return false }
        return graph.children[index].prefix(steps[index].judgedRemedies ?? 0).contains { remedy in
            graph.subtree(of: remedy).contains { [.undoStarted, .undoFailed].contains(steps[$0].state) }
        }
    }

    // MARK: What comes next

    /// What follows in a ladder under way: the last remedy is judged or taken back, or all are spent.
    mutating func eventsOfLadder(_ index: Int, _ ladder: FirstOf, _ context: DecisionContext) -> [RunEvent] {
        guard steps[index].helpedBy == nil, steps[index].phase == .idle, steps[index].question == nil else { return [] }
        for (position, remedy) in graph.children[index].enumerated() {
            if isDealtWith(remedy, position, index, ladder) {
                derived.fronts[remedy] = nil
                continue
            }
            guard steps[remedy].isSettled else { return [] }
            guard position >= steps[index].judgedRemedies ?? 0 else { return eventsTakingBack(remedy, context) }
            guard derived.handlerRoot[index] != nil || !isHoldingBack else { return [] }
            return [.attemptDue(graph.nodes[index].path, .until, item: position)]
        }
        let why = steps[index].reason.map { ": \($0)" } ?? ""
        return eventsOfFailure(index, "none of its remedies helped\(why)", context)
    }

    private mutating func eventsTakingBack(_ remedy: Int, _ context: DecisionContext) -> [RunEvent] {
        if derived.fronts[remedy] == nil { makeFront(ofRemedy: remedy) }
        return eventsOfFront(remedy, context)
    }

    /// The end of a look whether a remedy helped.
    func eventsOfUntil(
        _ index: Int, _ intent: AttemptIntent, _ outcome: AttemptOutcome, _ context: DecisionContext
    ) -> [RunEvent] {
        let path = graph.nodes[index].path
        func ended(_ phase: Phase) -> RunEvent { .attemptEnded(path, number: intent.number, outcome, then: phase) }
        guard continuesForward(index), steps[index].failing == nil, steps[index].endOrderedBy == nil else {
            return [ended(.idle)]
        }
        switch outcome.kind {
        case .done: return [ended(.idle)] + eventsOfJudgement(index, intent.item, helped: true, outcome.reason)
        case .failed: return [ended(.idle)] + eventsOfJudgement(index, intent.item, helped: false, outcome.reason)
        case .inconclusive:
            let name = graph.nodes[graph.children[index][intent.item]].step.id
            let why = "it cannot be told whether '\(name)' helped: \(outcome.reason ?? "inconclusive")"
            let choices: [Choice] = [.retry, .markDone, .markFailed, .rollback, .keep]
            return [ended(.idle)] + eventsOfQuestion(index, why, choices, context)
        case .unknown, .neverLaunched, .interrupted: return [ended(.due(.until, item: intent.item))]
        }
    }

    private func eventsOfJudgement(_ index: Int, _ position: Int, helped: Bool, _ reason: String?) -> [RunEvent] {
        let children = graph.children[index]
        guard children.indices.contains(position) else { return [] }
        let node = graph.nodes[children[position]]
        let judged = RunEvent.remedyJudged(graph.nodes[index].path, remedy: node.path, helped: helped, reason: reason)
        guard helped else { return [judged] }
        let left = children[(position + 1)...].filter { steps[$0].state == .pending }
        return [judged]
            + left.map { .stepSkipped(graph.nodes[$0].path, reason: "'\(node.step.id)' helped", cutOff: false) }
    }

    /// A person's answer where Belay could not tell whether a remedy helped; nil where the question was another one.
    func eventsOfChoiceAboutRemedy(_ decision: HumanDecision, _ index: Int) -> [RunEvent]? {
        guard graph.nodes[index].ladder != nil, steps[index].state == .started else { return nil }
        let position = steps[index].judgedRemedies ?? 0
        guard
            let next = graph.children[index].indices.first(where: {
                $0 >= position && steps[graph.children[index][$0]].state != .skipped
            })
        else { return nil }
        let said = "\(decision.actor.user): \(decision.why)"
        switch decision.choice {
        case .retry: return [.attemptDue(graph.nodes[index].path, .until, item: next)]
        case .markDone: return eventsOfJudgement(index, next, helped: true, said)
        case .markFailed: return eventsOfJudgement(index, next, helped: false, said)
        default: return nil
        }
    }

    /// Takes a judgement into the state.
    mutating func judge(_ index: Int, _ remedy: StepPath, _ helped: Bool, _ reason: String?) {
        guard let position = graph.children[index].firstIndex(where: { graph.nodes[$0].path == remedy }) else { return }
        change(index) {
            $0.judgedRemedies = position + 1
            if helped { $0.helpedBy = remedy }
            $0.reason = reason
        }
    }
}
