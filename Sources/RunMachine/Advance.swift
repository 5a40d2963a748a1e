import RunPlan
import RunbookModel

extension RunMachine {
    /// Events that follow from the state alone; to be committed and applied like any others, until there are none.
    package mutating func advance(_ context: DecisionContext) -> [RunEvent] {
        guard !run.isClosed else { return [] }
        let events = eventsOfTimers(context)
        if !events.isEmpty { return events }
        let groups = eventsOfGroups(context)
        if !groups.isEmpty { return groups }
        let releases = eventsOfReleases(context)
        if !releases.isEmpty { return releases }
        if run.direction == .rollback {
            let undos = eventsOfFront(UndoFront.ofRun, context)
            if !undos.isEmpty { return undos }
        }
        let handlers = eventsOfHandlers()
        return handlers.isEmpty ? eventsOfCompletion(context) : handlers
    }

    /// Whether the run takes no more starts of forward steps.
    var isHoldingBack: Bool {
        !run.isAdmitted || run.isEnding || run.direction == .rollback || run.pauseRequested != nil
            || run.question != nil || !derived.questions.isEmpty
    }

    /// Waits between tries that are over.
    private func eventsOfTimers(_ context: DecisionContext) -> [RunEvent] {
        derived.backingOff.sorted().compactMap { index in
            guard case .backingOff(let purpose, let item, let until) = steps[index].phase,
                until.hasPassed(at: context.now)
            else { return nil }
            return .attemptDue(graph.nodes[index].path, purpose, item: item)
        }
    }

    // MARK: Groups

    private mutating func eventsOfGroups(_ context: DecisionContext) -> [RunEvent] {
        for index in derived.groups.sorted(by: >) {
            let events = eventsOfGroup(index, context)
            if !events.isEmpty { return events }
            if !mayConcludeLater(index) { derived.groups.remove(index) }
        }
        return []
    }

    /// Whether a group must be looked at again although nothing new happens inside it.
    private func mayConcludeLater(_ index: Int) -> Bool {
        guard steps[index].state == .started, !graph.nodes[index].isHandler else { return false }
        return derived.unsettled[index] == 0 || steps[index].failing != nil || run.isEnding
            || run.direction == .rollback
    }

    private mutating func eventsOfGroup(_ index: Int, _ context: DecisionContext) -> [RunEvent] {
        guard steps[index].state == .started, !graph.nodes[index].isHandler else { return [] }
        if run.direction == .rollback || run.isEnding { return eventsOfInterruptedGroup(index) }
        if let failing = steps[index].failing { return eventsOfFailingGroup(index, failing, context) }
        if graph.nodes[index].role == .foreach, let reason = excessOfFailures(index) {
            return [.groupFailing(graph.nodes[index].path, reason: reason, undo: false)]
        }
        return []
    }

    /// In an ending run a group has failed as soon as nothing in it is under way.
    private func eventsOfInterruptedGroup(_ index: Int) -> [RunEvent] {
        guard derived.runningInside[index] == 0 else { return [] }
        return [.stepFailed(graph.nodes[index].path, reason: "not finished when the run ended", allowed: false)]
    }

    private mutating func eventsOfFailingGroup(_ index: Int, _ reason: String, _ context: DecisionContext)
        -> [RunEvent]
    {
        guard derived.runningInside[index] == 0 || steps[index].undoesGroup else { return [] }
        if steps[index].undoesGroup {
            if derived.fronts[index] == nil {
                guard derived.runningInside[index] == 0 else { return [] }
                let members = graph.subtree(of: index).dropFirst().filter { !derived.floor.contains($0) }
                derived.fronts[index] = UndoFront(graph: graph, members: Array(members))
                settleFronts()
            }
            let events = eventsOfLeftovers(in: index) + eventsOfFront(index, context)
            if !events.isEmpty { return events }
            guard derived.fronts[index]?.isClear == true else { return [] }
            derived.fronts[index] = nil
        } else {
            let cut = eventsOfCutOff(index)
            if !cut.isEmpty { return cut }
        }
        return eventsOfGroupFailure(index, reason, context)
    }

    /// Steps of a failing group that were under way when it failed and will not go on.
    private func eventsOfLeftovers(in group: Int) -> [RunEvent] {
        graph.subtree(of: group).dropFirst().compactMap { index in
            guard steps[index].state == .started, steps[index].phase == .idle, derived.runningInside[index] == 0
            else { return nil }
            return .stepFailed(graph.nodes[index].path, reason: "not finished when its group failed", allowed: false)
        }
    }

    /// Steps that can no longer start because their group has failed.
    private func eventsOfCutOff(_ group: Int) -> [RunEvent] {
        let leftovers = eventsOfLeftovers(in: group)
        if !leftovers.isEmpty { return leftovers }
        return graph.children[group].compactMap { index in
            guard steps[index].state == .pending, steps[index].phase == .idle else { return nil }
            return .stepSkipped(
                graph.nodes[index].path, reason: "cut off: \(steps[group].failing ?? "its group failed")", cutOff: true)
        }
    }

    private func eventsOfGroupFailure(_ index: Int, _ reason: String, _ context: DecisionContext) -> [RunEvent] {
        let node = graph.nodes[index]
        let failed = { (allowed: Bool) in RunEvent.stepFailed(node.path, reason: reason, allowed: allowed) }
        if let parent = node.parent, graph.nodes[parent].role == .foreach { return [failed(true)] }
        if node.step.onFailure == .proceed { return [failed(true)] }
        return eventsOfFailure(index, reason, context)
    }

    /// Why a `foreach` fails: more of its instances have failed than it allows.
    private func excessOfFailures(_ index: Int) -> String? {
        let failed = derived.failedInstances[index] ?? 0
        let allowed = graph.nodes[index].step.foreach?.maxFailed ?? 0
        guard failed > allowed else { return nil }
        let keys = graph.children[index].filter { steps[$0].state == .failed }.map { graph.nodes[$0].path.text }
        return "\(failed) of \(graph.children[index].count) failed: \(keys.joined(separator: ", "))"
    }

    // MARK: Releases

    /// Temporary changes whose time is over, or that are still held when the run ends.
    private func eventsOfReleases(_ context: DecisionContext) -> [RunEvent] {
        guard run.direction == .forward else { return [] }
        for index in derived.held.sorted(by: >) where steps[index].state == .succeeded {
            guard let release = graph.nodes[index].step.release else { continue }
            let isOver = release.after.allSatisfy { id in
                sibling(id, of: index).map { steps[$0].isSettled } ?? true
            }
            if isOver || (run.isEnding && !hasInFlight) { return eventsToUndo(index, context) }
        }
        return []
    }

    private func sibling(_ id: StepID, of index: Int) -> Int? {
        let path = graph.nodes[index].parent.map { graph.nodes[$0].path.child(id) } ?? StepPath(id.text)
        return graph.index(of: path)
    }

    // MARK: Undo

    /// Undos whose turn has come, as far as there is room for them side by side.
    private mutating func eventsOfFront(_ key: Int, _ context: DecisionContext) -> [RunEvent] {
        guard run.pauseRequested == nil, !run.isEnding || run.direction == .forward else { return [] }
        let room = maxParallel - derived.undosUnderWay
        guard room > 0 else { return [] }
        return undoCandidates(of: key, limit: room).flatMap { eventsToUndo($0, context) }
    }
}
