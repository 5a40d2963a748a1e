import RunPlan

/// Indexes over the records: counters and queues that make each step of progress cost the same, however big the graph.
struct Derived: Sendable {
    /// Needs of a node that are not fulfilled yet.
    var unmet: [Int] = []
    /// Children of a node that are not settled yet.
    var unsettled: [Int] = []
    var unsettledRoots = 0
    /// In-flight attempts inside a node, itself included.
    var runningInside: [Int] = []
    /// Nodes with an attempt in flight.
    var running: Set<Int> = []
    /// Nodes that wait for a person's answer.
    var asking: Set<Int> = []
    /// Nodes that may be ready to begin; entries are checked again when used.
    var ready = CandidateQueue()
    /// The same for steps of handlers, which start whatever holds the run back.
    var readyHandlers = CandidateQueue()
    /// `foreach` steps of which further instances may begin.
    var offering: Set<Int> = []
    /// How many instances of a `foreach` have been let begin.
    var offered: [Int: Int] = [:]
    /// Nodes that may have an attempt due.
    var due = CandidateQueue()
    var backingOff: Set<Int> = []
    /// Nodes with an open question.
    var questions: Set<Int> = []
    /// Groups whose last child has settled, or that are failing.
    var groups: Set<Int> = []
    /// Groups under way that have a deadline.
    var timedGroups: Set<Int> = []
    /// Steps that hold a temporary change.
    var held: Set<Int> = []
    /// Steps whose released change a rollback applies again.
    var reapplied: Set<Int> = []
    /// Commit steps that took effect, what they depend on, and the groups around them: never undone.
    var floor: Set<Int> = []
    /// The handler in which a node is.
    var handlerRoot: [Int?] = []
    /// What may be undone next, in a rollback (key -1) or in a group.
    var fronts: [Int: UndoFront] = [:]
    /// Steps whose undo has started and not ended.
    var undosUnderWay = 0
    /// Failed instances of a `foreach`.
    var failedInstances: [Int: Int] = [:]
    /// Steps of the runbook that are not at rest and have no attempt in flight: started, unknown, to be run again.
    var betweenAttempts: Set<Int> = []
}

extension RunMachine {
    /// Computes all indexes from the records.
    mutating func rebuild() {
        let count = graph.nodes.count
        derived = Derived()
        derived.unmet = Array(repeating: 0, count: count)
        derived.unsettled = Array(repeating: 0, count: count)
        derived.runningInside = Array(repeating: 0, count: count)
        derived.handlerRoot = Array(repeating: nil, count: count)
        for node in graph.nodes { index(node) }
        derived.unsettledRoots = graph.roots.count { !steps[$0].isSettled }
        for node in graph.nodes where steps[node.index].state == .committed && node.step.isCommit {
            raiseFloor(to: node.index)
        }
        settleFronts()
    }

    private mutating func index(_ node: PlanNode) {
        let index = node.index
        let record = steps[index]
        derived.handlerRoot[index] = node.isHandler ? index : node.parent.flatMap { derived.handlerRoot[$0] }
        derived.unmet[index] = graph.needs[index].count { !steps[$0].isFulfilled }
        derived.unsettled[index] = graph.children[index].count { !steps[$0].isSettled }
        if record.question != nil { derived.questions.insert(index) }
        switch record.phase {
        case .idle: break
        case .due: derived.due.insert(index)
        case .backingOff: derived.backingOff.insert(index)
        case .running: countRunning(index, by: 1)
        case .asking: derived.asking.insert(index)
        }
        if record.state == .pending, !isInstance(index) { offer(index) }
        if record.state == .started, !node.isLeaf {
            derived.groups.insert(index)
            if node.role == .foreach { reofferInstances(of: index) }
        }
        if node.step.release?.reapply == true { derived.reapplied.insert(index) }
        if record.state == .succeeded, node.step.release != nil { derived.held.insert(index) }
        if record.state == .undoStarted { derived.undosUnderWay += 1 }
        if isInstance(index), record.isFailedInstance, let parent = node.parent {
            derived.failedInstances[parent, default: 0] += 1
        }
        markTimedGroup(index)
        markBetweenAttempts(index)
    }

    private func isInstance(_ index: Int) -> Bool {
        graph.nodes[index].parent.map { graph.nodes[$0].role == .foreach } ?? false
    }

    mutating func offer(_ index: Int) {
        if derived.handlerRoot[index] == nil {
            derived.ready.insert(index)
        } else {
            derived.readyHandlers.insert(index)
        }
    }

    private mutating func markBetweenAttempts(_ index: Int) {
        let record = steps[index]
        let isOpen =
            record.state == .started || record.state == .unknown || record.phase != .idle
            || (record.state == .pending && record.tries > 0)
        if isOpen, record.inFlight == nil, graph.nodes[index].isLeaf, derived.handlerRoot[index] == nil {
            derived.betweenAttempts.insert(index)
        } else {
            derived.betweenAttempts.remove(index)
        }
    }

    /// After a restart: those before the last that had begun were offered too.
    private mutating func reofferInstances(of index: Int) {
        let children = graph.children[index]
        let last = children.lastIndex {
            steps[$0].state != .pending || steps[$0].phase != .idle || steps[$0].attempts > 0
        }
        let offered = last.map { $0 + 1 } ?? 0
        for child in children[..<offered] { offer(child) }
        derived.offered[index] = offered
        derived.offering.insert(index)
    }

    mutating func countRunning(_ index: Int, by amount: Int) {
        if amount > 0 { derived.running.insert(index) } else { derived.running.remove(index) }
        derived.runningInside[index] += amount
        for ancestor in graph.ancestors(of: index) { derived.runningInside[ancestor] += amount }
    }

    /// Extends the indexes over nodes that were just added.
    mutating func indexNewNodes(from first: Int) {
        let missing = graph.nodes.count - derived.unmet.count
        derived.unmet.append(contentsOf: repeatElement(0, count: missing))
        derived.unsettled.append(contentsOf: repeatElement(0, count: missing))
        derived.runningInside.append(contentsOf: repeatElement(0, count: missing))
        derived.handlerRoot.append(contentsOf: repeatElement(nil, count: missing))
        for node in graph.nodes[first...] { index(node) }
    }

    /// Protects a commit step that took effect, everything it depends on and the groups around it from undo.
    mutating func raiseFloor(to commit: Int) {
        // A temporary change is still released.
        for index in commitClosure(of: commit) where graph.nodes[index].step.release == nil {
            derived.floor.insert(index)
        }
        derived.floor.insert(commit)
        for group in graph.ancestors(of: commit) { derived.floor.insert(group) }
        for key in derived.fronts.keys {
            for index in derived.floor { derived.fronts[key]?.reconsider(index) }
        }
    }

    /// Everything that a step depends on: its needs, those of the groups around it, and what is inside them.
    func commitClosure(of commit: Int) -> Set<Int> {
        var closure: Set<Int> = []
        var worklist = graph.needs[commit]
        for group in graph.ancestors(of: commit) { worklist += graph.needs[group] }
        while let index = worklist.popLast() {
            guard closure.insert(index).inserted else { continue }
            worklist += graph.needs[index] + graph.children[index]
        }
        return closure
    }

    private mutating func markTimedGroup(_ index: Int) {
        let isTimed = steps[index].groupDeadline != nil && steps[index].state == .started
        if isTimed { derived.timedGroups.insert(index) } else { derived.timedGroups.remove(index) }
    }

    /// Updates the indexes after a record has changed.
    mutating func reindex(_ index: Int, from old: StepRecord) {
        let new = steps[index]
        touch(index)
        if old.isFulfilled != new.isFulfilled {
            let change = new.isFulfilled ? -1 : 1
            for dependent in graph.dependents[index] {
                derived.unmet[dependent] += change
                if derived.unmet[dependent] == 0 { offer(dependent) }
            }
        }
        if old.isSettled != new.isSettled { countSettled(index, by: new.isSettled ? -1 : 1) }
        reindexPhase(index, from: old.phase, to: new.phase)
        if (old.question == nil) != (new.question == nil) {
            if new.question == nil { derived.questions.remove(index) } else { derived.questions.insert(index) }
            if new.question == nil, new.state == .pending { offer(index) }
        }
        if old.state != new.state { reindexState(index, from: old.state, to: new.state) }
        if old.isFailedInstance != new.isFailedInstance, isInstance(index), let parent = graph.nodes[index].parent {
            derived.failedInstances[parent, default: 0] += new.isFailedInstance ? 1 : -1
        }
        markTimedGroup(index)
        markBetweenAttempts(index)
        offerRemedies(around: index)
    }

    private mutating func countSettled(_ index: Int, by change: Int) {
        guard let parent = graph.nodes[index].parent else {
            if derived.handlerRoot[index] == nil { derived.unsettledRoots += change }
            return
        }
        derived.unsettled[parent] += change
        if graph.nodes[parent].role == .foreach {
            derived.groups.insert(parent)
            if change < 0 { derived.offering.insert(parent) }
        }
        if derived.unsettled[parent] == 0 || graph.nodes[parent].ladder != nil { derived.groups.insert(parent) }
    }

    /// Lets the next instances of a `foreach` begin, as far as its `max_parallel` (default 1) has room.
    mutating func offerInstances() {
        for index in derived.offering { offerInstances(of: index) }
        derived.offering.removeAll()
    }

    private mutating func offerInstances(of index: Int) {
        let children = graph.children[index]
        let settled = children.count - derived.unsettled[index]
        var offered = derived.offered[index] ?? 0
        let limit = graph.nodes[index].step.foreach?.maxParallel ?? 1
        while offered < children.count, offered - settled < limit {
            offer(children[offered])
            offered += 1
        }
        derived.offered[index] = offered
    }

    private mutating func reindexPhase(_ index: Int, from old: Phase, to new: Phase) {
        guard old != new else { return }
        if case .running = old {
            countRunning(index, by: -1)
            for key in derived.fronts.keys { derived.fronts[key]?.reconsider(index) }
        }
        if case .backingOff = old { derived.backingOff.remove(index) }
        if case .asking = old { derived.asking.remove(index) }
        switch new {
        case .idle: if steps[index].state == .pending { offer(index) }
        case .due: derived.due.insert(index)
        case .backingOff: derived.backingOff.insert(index)
        case .running: countRunning(index, by: 1)
        case .asking: derived.asking.insert(index)
        }
        if case .idle = new, steps[index].state != .pending { markGroupsAround(index) }
    }

    /// A failing group may have drained now.
    private mutating func markGroupsAround(_ index: Int) {
        for group in graph.ancestors(of: index) where steps[group].failing != nil { derived.groups.insert(group) }
    }

    private mutating func reindexState(_ index: Int, from old: StepState, to state: StepState) {
        let node = graph.nodes[index]
        if state == .undoStarted { derived.undosUnderWay += 1 }
        if old == .undoStarted { derived.undosUnderWay -= 1 }
        if state == .pending { offer(index) }
        if state == .started, !node.isLeaf {
            derived.groups.insert(index)
            if node.role == .foreach {
                derived.offering.insert(index)
            } else {
                for child in graph.children[index] { offer(child) }
            }
        }
        if node.step.release != nil {
            if state == .succeeded { derived.held.insert(index) } else { derived.held.remove(index) }
        }
        if state == .committed, node.step.isCommit { raiseFloor(to: index) }
        for key in derived.fronts.keys { derived.fronts[key]?.reconsider(index) }
    }
}
