import RunPlan

extension UndoFront {
    /// The key of the front over the whole run.
    static let ofRun = -1
}

extension RunMachine {
    /// The front of a rollback: all steps but handlers and what a commit step made final.
    func makeRollbackFront() -> UndoFront {
        let members = graph.nodes.indices.filter { derived.handlerRoot[$0] == nil && !derived.floor.contains($0) }
        return UndoFront(graph: graph, members: members)
    }

    /// The front of a group that is taken back.
    mutating func makeFront(ofGroup index: Int) { makeFront(index, Array(graph.subtree(of: index).dropFirst())) }

    /// The front of a remedy that did not help, itself included.
    mutating func makeFront(ofRemedy index: Int) { makeFront(index, graph.subtree(of: index)) }

    private mutating func makeFront(_ key: Int, _ members: [Int]) {
        derived.fronts[key] = UndoFront(graph: graph, members: members.filter { !derived.floor.contains($0) })
        settleFronts()
    }

    /// Brings the fronts up to date; makes those that the records call for.
    mutating func settleFronts() {
        if run.direction == .rollback, derived.fronts[UndoFront.ofRun] == nil {
            derived.fronts[UndoFront.ofRun] = makeRollbackFront()
        }
        for key in Array(derived.fronts.keys) {
            // Taken out while it is changed, so that it is not copied.
            guard var front = derived.fronts.removeValue(forKey: key) else { continue }
            front.settle(graph: graph, isStateClear: { isUndoClear($0) }, order: { steps[$0].order ?? 0 })
            derived.fronts[key] = front
        }
    }

    /// Whether a step by itself has nothing left to undo.
    private func isUndoClear(_ index: Int) -> Bool {
        guard steps[index].inFlight == nil else { return false }
        switch steps[index].state {
        case .pending: return steps[index].tries == 0
        case .skipped, .undone, .waived: return true
        default: return derived.floor.contains(index)
        }
    }

    /// Whether a step's undo may start, once the front lets it.
    func isUndoable(_ index: Int) -> Bool {
        let record = steps[index]
        guard record.phase == .idle, record.question == nil, !derived.floor.contains(index) else { return false }
        switch record.state {
        case .succeeded, .failed: return true
        // A commit step is probed before anyone decides.
        case .unknown: return !isProbed(index)
        default: return false
        }
    }

    /// The next steps to undo, latest start first, at most so many.
    mutating func undoCandidates(of key: Int, limit: Int) -> [Int] {
        guard var front = derived.fronts.removeValue(forKey: key) else { return [] }
        let result = front.latest(limit) { isUndoable($0) }
        derived.fronts[key] = front
        return result
    }
}
