import RunPlan
import RunbookModel

/// Guide mode: a person lets each step start, or does something else.
extension RunMachine {
    /// Whether a person decides about a step, also when it fails.
    func isGuided(_ index: Int) -> Bool {
        run.isGuided && graph.nodes[index].isLeaf && derived.handlerRoot[index] == nil
    }

    /// Whether a step waits for a word before it starts. What is put to a person anyway needs no other.
    package func needsWord(_ index: Int) -> Bool { isGuided(index) && !graph.nodes[index].asksPerson }

    /// The next step asks whether it may start; one at a time, and while nothing else is under way.
    func decideGuide(_ index: Int, _ context: DecisionContext) -> RunDecision {
        guard needsWord(index), mayBegin(index), !hasInFlight else { return .ignore(why: "its turn has not come") }
        let node = graph.nodes[index]
        var choices: [Choice] = [.run]
        if !node.step.isCritical { choices.append(.skip) }
        choices += [.markDone, .rollback]
        let why = "guide mode: step '\(node.path)' is next"
        return .events([
            .questionOpened(
                node.path, Question(why: why, choices: choices, since: context.now.wall, kind: .guide))
        ])
    }
}

extension StepRecord {
    /// Whether a person did the step's work, and Belay did not.
    package var isDoneByHand: Bool { decidedBy?.choice == .markDone }
}
