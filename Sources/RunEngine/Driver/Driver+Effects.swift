import Expressions
import Glibc
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

extension Driver {
    /// Does what an effect asks for, or prepares it for the time after the commit.
    func prepare(_ effect: Effect) {
        switch effect {
        case .admit:
            guard !isAdmitting else { return }
            isAdmitting = true
            let mailbox = mailbox
            performer.admit { mailbox.send(.admission($0)) }
        case .begin(let index): begin(index)
        case .attempt(let index, let purpose, let item): attempt(index, purpose, item: item)
        case .finishGroup(let index): finishGroup(index)
        case .interrupt(let intent): interrupted.append(intent)
        case .verifyRollback:
            guard !isVerifyingRollback else { return }
            isVerifyingRollback = true
            let mailbox = mailbox
            performer.verifyRollback { mailbox.send(.rollbackVerify($0)) }
        }
    }

    /// Ends attempts that the journal, or a person, says are to be ended: checks and actions inside the driver, and
    /// commands. A supervisor that has just been ordered cannot be asked yet, and is asked again.
    func endInterrupted() {
        for intent in interrupted { performer.cancel(intent) }
        for (token, flight) in flights where !endOrders.contains(token) {
            let isNamed = interrupted.contains { $0.step == flight.path && $0.number == flight.number }
            if endsAttempts || isNamed, flight.requestEnd() { endOrders.insert(token) }
        }
        interrupted.removeAll(keepingCapacity: true)
    }

    private func begin(_ index: Int) {
        let node = context.withMachine { $0.node(index) }
        do {
            guard try performer.isWanted(node) else {
                decide(.skip(node.path, reason: "`when` is false"))
                return
            }
            switch node.role {
            case .leaf where context.withMachine({ $0.needsWord(index) }): decide(.guide(node.path))
            case .leaf: attempt(index, context.withMachine { $0.firstPurpose(index) }, item: 0)
            case .group where node.ladder != nil && !isAdmitted(node): attempt(index, .probe, item: 0)
            case .group, .handler:
                let timeout = try performer.timeout(node, .action)
                decide(.startGroup(node.path, inputs: nil, instances: nil))
                setDeadline(of: node, timeout)
            case .foreach:
                decide(.startGroup(node.path, inputs: nil, instances: try performer.instances(of: node)))
            case .inclusion(let scope): try include(node, scope)
            }
        } catch {
            decide(.cannotStart(node.path, reason: context.secrets.mask("\(error)")))
        }
    }

    private func setDeadline(of group: PlanNode, _ timeout: Duration?) {
        guard let timeout else { return }
        let deadline = Deadline(from: host.now, length: timeout.inMilliseconds)
        decide(.record(.groupDeadlineSet(group.path, deadline)))
    }

    /// The preconditions of an included runbook are a gate at its place.
    private func include(_ node: PlanNode, _ scope: Int) throws {
        let hasGate = !context.scopeRunbook(scope).preconditions.isEmpty
        let inputs = try performer.inputs(of: node, scope)
        guard hasGate, !isAdmitted(node) else {
            let timeout = try performer.timeout(node, .action)
            decide(.startGroup(node.path, inputs: context.journaled(inputs, scope: scope), instances: nil))
            setDeadline(of: node, timeout)
            return
        }
        attempt(node.index, .gate, item: 0)
    }

    private func isAdmitted(_ node: PlanNode) -> Bool {
        context.withMachine { $0.steps[node.index].isAdmitted }
    }

    private func attempt(_ index: Int, _ purpose: Purpose, item: Int) {
        let (node, record) = context.withMachine { ($0.node(index), $0.steps[index]) }
        let intent = AttemptIntent(
            step: node.path, number: record.attempts + 1, purpose: purpose,
            tryNumber: purpose.isUndo ? record.undoTries + 1 : purpose == .action ? record.tries + 1 : 1, item: item,
            token: String(host.random() | 1, radix: 16), at: host.now, deadline: nil)
        do {
            if let (call, kind) = performer.personCall(node, purpose, item: item) {
                return try ask(node, intent, call, kind)
            }
            enlist(try prepareWithReserve(node, intent))
        } catch let error as SystemError where error.meansNoSpace {
            // No fault of the step: it has not started, and can once there is room again.
            trouble = .full(path: context.directory)
        } catch let error as SystemError where error.errno == EROFS {
            trouble = .readOnly(path: context.directory)
        } catch {
            decide(.cannotStart(node.path, reason: context.secrets.mask("\(error)")))
        }
    }

    /// Makes room once where the disk is full: what is held back for that is for attempt files, too.
    private func prepareWithReserve(_ node: PlanNode, _ intent: AttemptIntent) throws -> PreparedAttempt {
        do {
            return try performer.prepare(node, intent)
        } catch let error as SystemError where error.meansNoSpace && journal.releaseReserve() {
            return try performer.prepare(node, intent)
        }
    }

    private func finishGroup(_ index: Int) {
        let node = context.withMachine { $0.node(index) }
        do {
            decide(.finishGroup(node.path, outputs: try performer.outputs(ofGroup: node), failure: nil))
        } catch {
            decide(.finishGroup(node.path, outputs: nil, failure: context.secrets.mask("\(error)")))
        }
    }

    /// Starts an attempt whose intent is on disk.
    func start(_ attempt: PreparedAttempt) {
        switch attempt.work {
        case .process(let launch): launchProcess(attempt, launch)
        case .inside(let work):
            let mailbox = mailbox
            let path = attempt.intent.step
            let number = attempt.intent.number
            performer.startInside(attempt, work) { mailbox.send(.ended(path, number: number, $0)) }
        }
    }

    /// What earlier attempts left that is in the way is ended first; that may take a while and is not waited for here.
    private func launchProcess(_ attempt: PreparedAttempt, _ launch: LaunchRequest) {
        guard performer.mayHaveRemains(before: attempt.intent) else { return launchNow(attempt, launch) }
        let performer = performer
        let host = host
        let mailbox = mailbox
        clearing += 1
        do {
            try WorkerThread.start(name: "remains") {
                do {
                    host.crashPoint("driver.clearing")
                    try performer.endRemains(before: attempt.intent)
                    mailbox.send(.cleared(attempt, failure: nil))
                } catch {
                    mailbox.send(.cleared(attempt, failure: "what a failed attempt left cannot be ended: \(error)"))
                }
            }
        } catch {
            cleared(attempt, "\(error)")
        }
    }

    func cleared(_ attempt: PreparedAttempt, _ failure: String?) {
        clearing -= 1
        guard case .process(let launch) = attempt.work else { return }
        guard let failure else { return launchNow(attempt, launch) }
        let outcome = AttemptOutcome(.failed, cause: .error, reason: failure)
        end(attempt.intent.step, attempt.intent.number, outcome)
    }

    private func launchNow(_ attempt: PreparedAttempt, _ launch: LaunchRequest) {
        let intent = attempt.intent
        let identity = AttemptIdentity(
            node: attempt.node, purpose: intent.purpose, number: intent.number, item: intent.item)
        flights[launch.token] = Flight(
            path: intent.step, number: intent.number, identity: identity, file: attempt.directory + "/attempt")
        do {
            guard let file = attempt.file, try file.lock(), try file.slots().areEmpty else {
                throw SystemError("lock the attempt's file", errno: EAGAIN)
            }
            host.crashPoint("driver.before_launch")
            try host.launcher.launch(launch)
            host.crashPoint("driver.after_launch")
        } catch let error as SystemError where [EPIPE, ECONNRESET, ENOTCONN].contains(error.errno) {
            flights[launch.token] = nil
            loseServer()
            end(intent.step, intent.number, AttemptOutcome(.neverLaunched, reason: "it was never launched"))
        } catch {
            flights[launch.token] = nil
            let reason = "it could not be started: \(context.secrets.mask("\(error)"))"
            end(intent.step, intent.number, AttemptOutcome(.failed, cause: .error, reason: reason))
        }
    }

    // MARK: Effects that programs did not sync

    /// Notes that a step has changed something; now and then all of it is written to the disks.
    func countEffect(of path: StepPath) {
        let isMutating = context.withMachine { machine in
            machine.index(of: path).map { !machine.node($0).isReadOnly && machine.node($0).isLeaf } ?? false
        }
        guard isMutating else { return }
        unsyncedEffects = true
        // Where nothing is written there is nothing to sync meanwhile.
        guard host.rehearsal == nil else { return }
        let now = host.now.boot
        guard now - lastSync >= 30_000 else { return }
        lastSync = now
        let order = context.withMachine { $0.run.startedSteps }
        let sync = host.sync
        let mailbox = mailbox
        try? WorkerThread.start(name: "sync") {
            sync()
            mailbox.send(.synced(upTo: order))
        }
    }

    /// Writes everything to the disks before something that cannot be taken back.
    func syncNow() {
        guard unsyncedEffects else { return }
        unsyncedEffects = false
        let order = context.withMachine { $0.run.startedSteps }
        host.sync()
        lastSync = host.now.boot
        if !record.isClosed { decide(.record(.effectsSynced(upTo: order))) }
    }
}

extension SystemError {
    fileprivate var meansNoSpace: Bool { errno == ENOSPC || errno == EDQUOT }
}

/// An attempt of a supervised command that is under way.
struct Flight {
    let path: StepPath
    let number: Int
    let identity: AttemptIdentity
    /// The file in which its supervisor has written who it is.
    let file: String

    /// Asks its supervisor to end it: TERM, grace, KILL. False where it cannot be asked yet, or not any more.
    func requestEnd() -> Bool {
        guard let started = try? AttemptFile.open(file).slots().started.record else { return false }
        return LivingSupervisor(started).requestEnd()
    }
}

extension SupervisorReport {
    /// Whether it only says that a command has started.
    var isStart: Bool { if case .started = self { true } else { false } }
}
