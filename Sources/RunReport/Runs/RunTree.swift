import RunMachine
import RunPlan

/// The steps of a run in the order of its tree.
enum RunTree {
    static func steps(_ machine: RunMachine, now: Int64) -> [StepView] {
        var views: [StepView] = []
        func add(_ index: Int, depth: Int, isHandler: Bool) {
            let node = machine.node(index)
            views.append(StepView(node, machine.steps[index], depth: depth, isHandler: isHandler, now: now))
            for child in machine.graph.children[index] { add(child, depth: depth + 1, isHandler: isHandler) }
        }
        for root in machine.graph.roots { add(root, depth: 0, isHandler: false) }
        for node in machine.graph.nodes where node.isHandler { add(node.index, depth: 0, isHandler: true) }
        return views
    }

    static func counts(_ machine: RunMachine) -> RunView.Counts {
        var counts = RunView.Counts()
        for node in machine.workNodes where node.isLeaf {
            let record = machine.steps[node.index]
            counts.total += 1
            if record.isSettled { counts.settled += 1 }
            if record.isAllowed { counts.allowedFailures += 1 }
        }
        return counts
    }

    /// Steps whose temporary change may still be in force.
    static func held(_ machine: RunMachine) -> [String] {
        machine.workNodes.filter { node in
            node.isLeaf && node.step.release != nil && machine.wasAttempted(node.index)
                && machine.steps[node.index].mayHoldChange
        }.map(\.path.text)
    }

    static func prompts(_ machine: RunMachine, run: Int64, at now: Moment) -> [PromptView] {
        guard !machine.run.isClosed else { return [] }
        return machine.openPrompts.map { PromptView(run: run, step: $0.path, $0.prompt, at: now) }
    }

    static func questions(_ machine: RunMachine, run: Int64) -> [QuestionView] {
        guard !machine.run.isClosed else { return [] }
        let ofRun = machine.run.question.map { [QuestionView(run: run, step: nil, $0)] } ?? []
        return ofRun
            + machine.graph.nodes.compactMap { node in
                machine.steps[node.index].question.map { QuestionView(run: run, step: node.path, $0) }
            }
    }
}
