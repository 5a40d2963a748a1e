import RunMachine
import RunPlan

/// The steps of a run in the order of its tree.
enum RunTree {
    static func steps(_ machine: RunMachine, now: Int64) -> [StepView] {
        var views: [StepView] = []
        func add(_ index: Int, depth: Int, isHandler: Bool) {
            let node = machine.node(index)
            views.append(StepView(node, shown(index, machine), depth: depth, isHandler: isHandler, now: now))
            for child in machine.graph.children[index] { add(child, depth: depth + 1, isHandler: isHandler) }
        }
        for root in machine.graph.roots { add(root, depth: 0, isHandler: false) }
        for node in machine.graph.nodes where node.isHandler { add(node.index, depth: 0, isHandler: true) }
        return views
    }

    /// The record of a step; what is inside a group that was passed over was passed over with it.
    private static func shown(_ index: Int, _ machine: RunMachine) -> StepRecord {
        var record = machine.steps[index]
        if isPassedOver(index, machine) { record.state = .skipped }
        return record
    }

    private static func isPassedOver(_ index: Int, _ machine: RunMachine) -> Bool {
        guard machine.steps[index].state == .pending else { return false }
        return machine.graph.ancestors(of: index).contains { [.skipped, .succeeded].contains(machine.steps[$0].state) }
    }

    static func counts(_ machine: RunMachine) -> RunView.Counts {
        var counts = RunView.Counts()
        for node in machine.workNodes where node.isLeaf {
            let record = machine.steps[node.index]
            counts.total += 1
            if record.isSettled || isPassedOver(node.index, machine) { counts.settled += 1 }
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
