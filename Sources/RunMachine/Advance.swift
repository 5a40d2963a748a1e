import RunPlan
import RunbookModel

extension RunMachine {
    /// Events that follow from the state alone; to be committed and applied like any others, until there are none.
    package mutating func advance(_ context: DecisionContext) -> [RunEvent] {
        guard !run.isClosed else { return [] }
        if let undone = run.undoOf, run.direction == .forward {
            // A run that undoes another one goes back as soon as a driver has it.
            return run.activity == .created ? [] : [.directionTurned(cause: "undo of run \(undone)")]
        }
        let events = eventsOfTimers(context)
        if !events.isEmpty { return events }
        if run.direction == .rollback || run.isEnding {
            let endings = derived.betweenAttempts.sorted().flatMap { eventsOfUnfinished($0, unfinished) }
            if !endings.isEmpty { return endings }
        }
        let groups = eventsOfGroups(context)
        if !groups.isEmpty { return groups }
        let releases = eventsOfReleases(context)
        if !releases.isEmpty { return releases }
        if run.direction == .rollback {
            let reapplications = eventsOfReapplications()
            if !reapplications.isEmpty { return reapplications }
            let undos = isReapplying ? [] : eventsOfFront(UndoFront.ofRun, context)
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
        if let late = groupDeadlines.first(where: { $0.deadline.hasPassed(at: context.now) }) {
            return eventsOfLateGroup(late.group, late.deadline)
        }
        return derived.backingOff.sorted().compactMap { index in
            guard case .backingOff(let purpose, let item, let until) = steps[index].phase,
                until.hasPassed(at: context.now)
            else { return nil }
            return .attemptDue(graph.nodes[index].path, purpose, item: item)
        }
    }

    /// A group has taken too long: nothing more starts in it, and what is in flight is ended.
    private func eventsOfLateGroup(_ group: Int, _ deadline: Deadline) -> [RunEvent] {
        let node = graph.nodes[group]
        let reason = "timed out after \(DurationText.render(.milliseconds(deadline.length)))"
        let ended: [RunEvent] = derived.running.sorted().compactMap { index in
            guard let intent = steps[index].inFlight, intent.purpose.canBeOrderedToEnd,
                steps[index].endOrderedBy == nil, index == group || graph.ancestors(of: index).contains(group)
            else { return nil }
            return .attemptEndOrdered(intent.step, number: intent.number, because: node.path)
        }
        return [.groupFailing(node.path, reason: reason, undo: node.step.onFailure == .undoGroup)] + ended
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
            || run.direction == .rollback || graph.nodes[index].ladder != nil
    }

    private mutating func eventsOfGroup(_ index: Int, _ context: DecisionContext) -> [RunEvent] {
        guard steps[index].state == .started, !graph.nodes[index].isHandler else { return [] }
        let isInHandler = derived.handlerRoot[index] != nil
        if !isInHandler, run.direction == .rollback || run.isEnding { return eventsOfInterruptedGroup(index) }
        if let failing = steps[index].failing { return eventsOfFailingGroup(index, failing, context) }
        if let ladder = graph.nodes[index].ladder { return eventsOfLadder(index, ladder, context) }
        if graph.nodes[index].role == .foreach, let reason = excessOfFailures(index) {
            return [.groupFailing(graph.nodes[index].path, reason: reason, undo: false)]
        }
        return []
    }

    /// In an ending run a group has failed as soon as nothing in it is under way.
    private func eventsOfInterruptedGroup(_ index: Int) -> [RunEvent] {
        guard derived.runningInside[index] == 0 else { return [] }
        return [.stepFailed(graph.nodes[index].path, reason: unfinished, allowed: false)]
    }

    /// Why a step has failed that was under way when the forward work ended.
    private var unfinished: String {
        run.direction == .rollback ? "not finished when the run turned back" : "not finished when the run ended"
    }

    private mutating func eventsOfFailingGroup(_ index: Int, _ reason: String, _ context: DecisionContext)
        -> [RunEvent]
    {
        guard isDrained(index) else { return [] }
        if derived.fronts[index] == nil {
            let leftovers = eventsOfLeftovers(in: index)
            if !leftovers.isEmpty { return leftovers }
            if steps[index].undoesGroup { makeFront(ofGroup: index) }
        }
        if steps[index].undoesGroup {
            let events = eventsOfFront(index, context)
            if !events.isEmpty { return events }
            guard derived.fronts[index]?.isClear == true else { return [] }
            derived.fronts[index] = nil
        }
        return eventsOfGroupFailure(index, reason, context)
    }

    /// Whether no forward work is under way in a failing group, nor a group in it still being taken back.
    private func isDrained(_ group: Int) -> Bool {
        let isInside = { (index: Int) in graph.ancestors(of: index).contains(group) }
        let isBusy = derived.running.contains {
            steps[$0].inFlight?.purpose.isUndo == false && ($0 == group || isInside($0))
        }
        let isProbing = derived.betweenAttempts.contains { steps[$0].isDueForward && isInside($0) }
        let isUndoing = derived.groups.contains {
            steps[$0].state == .started && steps[$0].undoesGroup && isInside($0)
                || isTakingBackRemedy($0) && ($0 == group || isInside($0))
        }
        return !isBusy && !isProbing && !isUndoing
    }

    /// What was under way in a group when it failed and will not go on, and what can no longer start.
    private func eventsOfLeftovers(in group: Int) -> [RunEvent] {
        let inner = graph.subtree(of: group).dropFirst()
        let unfinished = inner.flatMap { eventsOfUnfinished($0, "not finished when its group failed") }
        if !unfinished.isEmpty { return unfinished }
        return graph.children[group].compactMap { index in
            guard steps[index].state == .pending, steps[index].phase == .idle else { return nil }
            let reason = "cut off: \(steps[group].failing ?? "its group failed")"
            return .stepSkipped(graph.nodes[index].path, reason: reason, cutOff: true)
        }
    }

    /// The end of a step that was under way and will not go on. A commit step is asked whether it took effect.
    func eventsOfUnfinished(_ index: Int, _ reason: String) -> [RunEvent] {
        let record = steps[index]
        let path = graph.nodes[index].path
        if let end = endOfVoidPrompt(index, reason) {
            let isUndo = record.state == .undoStarted
            return [end] + (isUndo ? [.undoFailed(path, reason: reason)] : endOfUnfinished(index, reason))
        }
        guard record.phase == .idle, record.question == nil else { return [] }
        return endOfUnfinished(index, reason)
    }

    private func endOfUnfinished(_ index: Int, _ reason: String) -> [RunEvent] {
        let record = steps[index]
        let path = graph.nodes[index].path
        switch record.state {
        case .started: return eventsOfFailedCommit(index, reason) ?? [.stepFailed(path, reason: reason, allowed: false)]
        // It was attempted before; what that did is not forgotten.
        case .pending where record.tries > 0: return [.stepFailed(path, reason: reason, allowed: false)]
        case .unknown where run.direction == .rollback && isProbed(index): return [.attemptDue(path, .settle, item: 0)]
        default: return []
        }
    }

    private func eventsOfGroupFailure(_ index: Int, _ reason: String, _ context: DecisionContext) -> [RunEvent] {
        let node = graph.nodes[index]
        let failed = { (allowed: Bool) in RunEvent.stepFailed(node.path, reason: reason, allowed: allowed) }
        if let parent = node.parent, graph.nodes[parent].role == .foreach || isRemedy(index) { return [failed(true)] }
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
    mutating func eventsOfFront(_ key: Int, _ context: DecisionContext) -> [RunEvent] {
        guard run.pauseRequested == nil, !isStuck, !run.isEnding || run.direction == .forward else { return [] }
        let room = maxParallel - (derived.undosUnderWay - derived.asking.count { steps[$0].state == .undoStarted })
        guard room > 0 else { return [] }
        return undoCandidates(of: key, limit: room).flatMap { eventsToUndo($0, context) }
    }
}
