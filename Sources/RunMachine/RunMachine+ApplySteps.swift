import RunPlan
import RunbookModel

extension RunMachine {
    mutating func applyToStep(_ event: RunEvent, _ path: StepPath) throws(IllegalMove) {
        guard let index = graph.index(of: path) else { throw IllegalMove(description: "there is no step '\(path)'") }
        switch event {
        case .stepSkipped(_, let reason, let cutOff):
            try move(index, to: .skipped) {
                $0.reason = reason
                $0.isCutOff = cutOff
                $0.phase = .idle
            }
        case .groupStarted(_, let inputs, let instances): try startGroup(index, inputs, instances)
        case .groupFailing(_, let reason, let undo): fail(group: index, reason, undo: undo)
        case .remedyJudged(_, let remedy, let helped, let reason): judge(index, remedy, helped, reason)
        case .attemptIntended(let intent): try intend(index, intent)
        case .attemptEnded(_, let number, let outcome, let then): try end(index, number, outcome, then)
        case .attemptAdopted: run.fruitlessClaims = 0
        case .groupDeadlineSet(_, let deadline): change(index) { $0.groupDeadline = deadline }
        case .attemptEndOrdered(_, let number, let because): try orderEnd(index, number, because)
        case .stateRecorded(_, let state): change(index) { $0.stateBefore = $0.stateBefore ?? state }
        case .attemptDue(_, let purpose, let item): change(index) { $0.phase = .due(purpose, item: item) }
        case .retryScheduled(_, let purpose, let item, let until):
            change(index) { $0.phase = .backingOff(purpose, item: item, until: until) }
        case .questionOpened(_, let question):
            change(index) {
                $0.question = question
                $0.phase = .idle
            }
        case .questionClosed: change(index) { $0.question = nil }
        case .promptOpened(_, let prompt): try open(index, prompt)
        case .answered(let answer):
            run.fruitlessClaims = 0
            change(index) { $0.prompt?.answers.append(answer) }
        case .told: break
        case .decided(let decision): if decision.choice.isAboutOutcome { change(index) { $0.decidedBy = decision } }
        default: try applyOutcome(event, index)
        }
    }

    private mutating func applyOutcome(_ event: RunEvent, _ index: Int) throws(IllegalMove) {
        switch event {
        case .stepSucceeded(_, let outputs): try succeed(index, outputs)
        case .stepFailed(_, let reason, let allowed):
            try move(index, to: .failed) {
                $0.reason = reason
                $0.isAllowed = allowed
                $0.unknownCause = nil
                if case .due = $0.phase { $0.phase = .idle }
            }
        case .stepUnknown(_, let reason, let cause):
            try move(index, to: .unknown) {
                $0.reason = reason
                $0.unknownCause = cause
            }
        case .stepReset(_, let reason):
            try move(index, to: .pending) {
                $0.reason = reason
                $0.unknownCause = nil
            }
        case .stepCommitted: try move(index, to: .committed)
        case .stepAccepted:
            change(index) {
                $0.isAllowed = true
                $0.question = nil
                $0.phase = .idle
            }
        case .undoStarted:
            let isReleasedForNow = isRelease(index) && graph.nodes[index].step.release?.reapply == true
            try move(index, to: .undoStarted) {
                if isReleasedForNow { $0.reapplication = .due }
                $0.question = nil
                $0.undoTries = 0
            }
        case .undone(_, let reason):
            try move(index, to: .undone) {
                $0.phase = .idle
                if let reason { $0.reason = reason }
            }
        case .undoFailed(_, let reason):
            try move(index, to: .undoFailed) {
                $0.reason = reason
                $0.phase = .idle
            }
        case .undoWaived: try move(index, to: .waived) { $0.question = nil }
        case .released: change(index) { $0.isReleased = true }
        case .reapplication(_, let new):
            change(index) {
                $0.reapplication = new
                // It is released by the same stages as before.
                if new == .held { $0.undoStage = 0 }
            }
        default: break
        }
    }

    private mutating func startGroup(_ index: Int, _ inputs: Stored?, _ instances: [StepRecord.InstanceRecord]?)
        throws(IllegalMove)
    {
        if let instances {
            let first = graph.nodes.count
            addInstances(instances, of: index)
            indexNewNodes(from: first)
            derived.unsettled[index] = graph.children[index].count
        }
        run.startedSteps += 1
        let order = run.startedSteps
        try move(index, to: .started) {
            $0.inputs = inputs
            $0.instances = instances
            $0.order = order
            $0.phase = .idle
        }
    }

    private mutating func fail(group index: Int, _ reason: String, undo: Bool) {
        change(index) {
            $0.failing = reason
            $0.undoesGroup = undo
        }
        for inner in graph.subtree(of: index) {
            let record = steps[inner]
            guard record.isDueForward || (record.question != nil && record.state != .undoFailed),
                !(record.state == .unknown && isProbed(inner))
            else { continue }
            change(inner) {
                $0.question = nil
                $0.phase = .idle
            }
        }
        derived.groups.insert(index)
    }

    private mutating func intend(_ index: Int, _ intent: AttemptIntent) throws(IllegalMove) {
        guard steps[index].inFlight == nil else {
            throw IllegalMove(description: "step '\(intent.step)' has an attempt in flight")
        }
        let startsStep = intent.purpose.startsStep && [.pending, .failed].contains(steps[index].state)
        if startsStep {
            run.startedSteps += 1
            let order = run.startedSteps
            try move(index, to: .started) {
                $0.order = $0.order ?? order
                $0.startedAt = $0.startedAt ?? intent.at.wall
                $0.reason = nil
            }
        }
        let countsAsTry = countsAsTry(index, intent.purpose)
        let isWait = graph.nodes[index].isWait
        change(index) {
            $0.phase = .running(intent)
            $0.attempts = intent.number
            if countsAsTry {
                $0.tries += 1
                $0.actionAttempt = intent.number
            }
            if intent.purpose == .action, isWait { $0.waitUntil = $0.waitUntil ?? intent.deadline }
            if intent.purpose.isUndo { $0.undoTries = intent.tryNumber }
        }
    }

    /// Whether the attempt is a try of the step: of its action, or of the checks of a verify step.
    private func countsAsTry(_ index: Int, _ purpose: Purpose) -> Bool {
        purpose == .action || (purpose == .verify && graph.nodes[index].action == nil)
    }

    private mutating func open(_ index: Int, _ prompt: Prompt) throws(IllegalMove) {
        guard let intent = steps[index].inFlight, intent.number == prompt.attempt else {
            throw IllegalMove(description: "no attempt of '\(graph.nodes[index].path)' can be put to a person")
        }
        change(index) {
            $0.phase = .asking(intent)
            $0.prompt = prompt
        }
    }

    private mutating func end(_ index: Int, _ number: Int, _ outcome: AttemptOutcome, _ then: Phase)
        throws(IllegalMove)
    {
        guard let intent = steps[index].openAttempt, intent.number == number else {
            throw IllegalMove(description: "no attempt \(number) of '\(graph.nodes[index].path)' is in flight")
        }
        if outcome.kind != .neverLaunched, outcome.kind != .interrupted { run.fruitlessClaims = 0 }
        let isVoidTry = outcome.kind == .neverLaunched && countsAsTry(index, intent.purpose)
        let isLadder = graph.nodes[index].ladder != nil
        let nextStage = intent.purpose.isUndo ? undoStage(of: index, after: intent, outcome.kind) : nil
        change(index) {
            $0.phase = then
            $0.endOrderedBy = nil
            if isVoidTry {
                $0.tries -= 1
                if $0.tries == 0 { $0.actionAttempt = nil }
            }
            if let nextStage, nextStage != $0.undoStage {
                $0.undoStage = nextStage
                if outcome.kind == .done { $0.undoTries = 0 }
            }
            $0.endedAt = outcome.elapsed.map { intent.at.wall + $0 } ?? $0.endedAt
            if intent.purpose == .protect, outcome.kind == .done { $0.snapshot = number }
            if intent.purpose.isUndo, outcome.kind == .done { $0.undoTries = 0 }
            if intent.purpose == .action { $0.exit = outcome.exit }
            if intent.purpose == .action, let outputs = outcome.outputs { $0.outputs = outputs }
            if intent.purpose == .verify { $0.checks = outcome.checks }
            if intent.purpose == .gate { $0.isAdmitted = outcome.kind == .done }
            if intent.purpose == .probe, isLadder { $0.isAdmitted = outcome.kind == .failed }
        }
    }

    private mutating func orderEnd(_ index: Int, _ number: Int, _ because: StepPath) throws(IllegalMove) {
        guard steps[index].inFlight?.number == number else {
            throw IllegalMove(description: "no attempt \(number) of '\(graph.nodes[index].path)' is in flight")
        }
        change(index) { $0.endOrderedBy = because }
    }

    private mutating func succeed(_ index: Int, _ outputs: Stored?) throws(IllegalMove) {
        try move(index, to: .succeeded) {
            $0.phase = .idle
            $0.reason = nil
            $0.question = nil
            $0.unknownCause = nil
            $0.isAllowed = false
            if let outputs { $0.outputs = outputs }
        }
    }
}

extension StepRecord {
    /// Whether a forward attempt is to be made, now or after a wait.
    var isDueForward: Bool {
        switch phase {
        case .due(let purpose, _), .backingOff(let purpose, _, _): !purpose.isUndo
        default: false
        }
    }
}

extension Purpose {
    /// Whether its intent turns a pending or failed step into a started one.
    var startsStep: Bool {
        switch self {
        case .action, .apply, .verify, .settle: true
        case .probe, .protect, .gate, .until: false
        case .undoProbe, .undo, .restore, .undoApply, .undoVerify, .reapply: false
        }
    }
}

extension Choice {
    /// Whether the choice says what became of the step.
    var isAboutOutcome: Bool {
        switch self {
        case .skip, .accept, .markDone, .markFailed, .waive: true
        case .retry, .rollback, .keep, .run: false
        }
    }
}
