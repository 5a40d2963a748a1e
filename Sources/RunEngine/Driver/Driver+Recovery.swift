import Glibc
import RunHost
import RunMachine
import RunPlan
import RunbookModel

extension Driver {
    /// Finds out what became of the attempts that an earlier driver left in flight; never guesses.
    func recover(_ inFlight: [AttemptIntent], _ recorded: Place?) throws {
        guard let recorded else { return }
        let comparison = recorded.compared(with: place)
        for intent in inFlight {
            if intent.purpose.onlyLooks {
                decide(.endAttempt(intent.step, number: intent.number, AttemptOutcome(.interrupted)))
            } else {
                look(intent.step, intent.number, recorded)
            }
        }
        if !comparison.sameBoot, !comparison.otherMachine { doubtUnsyncedSteps() }
        let deadline = record.openDeadline
        if let deadline, deadline.hasPassed(at: host.now) {
            decide(.deadlinePassed(whileDriven: false, then: context.plan.runbook.deadline?.then ?? .stop))
        }
    }

    /// A run that goes on looks again at the preconditions that ask for it; unmet, a person decides.
    func recheckPreconditions() {
        let run = record
        guard run.direction == .forward, run.isAdmitted, !run.isEnding, run.question == nil,
            let outcome = performer.recheck(), outcome.kind != .done
        else { return }
        let why = "a precondition does not hold any more: \(outcome.reason ?? "not met")"
        let question = Question(why: why, choices: [.retry, .rollback, .keep], since: host.now.wall)
        decide(.record(.questionOpened(nil, question)))
    }

    /// The evidence about an attempt whose supervisor has vanished, or that was adopted.
    func lookAgain(_ path: StepPath, _ number: Int) { look(path, number, place) }

    private func look(_ path: StepPath, _ number: Int, _ recorded: Place) {
        if let rehearsal = host.rehearsal { return settle(path, number, rehearsal) }
        let paths = AttemptEvidence.Paths(directory: context.attemptDirectory(path, number))
        do {
            let finding = try AttemptEvidence.gather(
                paths, recorded: recorded, current: place, processes: host.processes)
            settle(path, number, finding.evidence, finding.file)
        } catch {
            let reason = "what became of it cannot be found out: \(error)"
            end(path, number, AttemptOutcome(.unknown, reason: reason))
        }
    }

    private func settle(_ path: StepPath, _ number: Int, _ evidence: AttemptEvidence, _ file: AttemptFile?) {
        switch evidence {
        case .finished(let result):
            guard let identity = identity(path, number) else { return }
            end(path, number, performer.outcome(of: result, identity))
        case .neverLaunched: end(path, number, AttemptOutcome(.neverLaunched, reason: "it was never launched"))
        case .lost:
            end(
                path, number,
                AttemptOutcome(.unknown, reason: "Belay was interrupted while it ran, and it left no result"))
        case .running(let supervisor): adopt(path, number, supervisor, file)
        }
    }

    private func settle(_ path: StepPath, _ number: Int, _ rehearsal: any Rehearsal) {
        switch rehearsal.evidence(path, number) {
        case .finished(let outcome): end(path, number, outcome)
        case .neverLaunched: settle(path, number, .neverLaunched, nil)
        case .lost: settle(path, number, .lost, nil)
        case .running(var outcome, let left):
            decide(.record(.attemptAdopted(path, number: number, pid: 0)))
            outcome.elapsed = left
            let mailbox = mailbox
            performer.schedule(outcome, of: (path, number), Cancellation(), onlyLooks: false) {
                mailbox.send(.ended(path, number: number, $0))
            }
        }
    }

    /// Waits for an attempt that lives: for its supervisor, or, where that is dead, for its last process.
    private func adopt(_ path: StepPath, _ number: Int, _ supervisor: AttemptStarted?, _ file: AttemptFile?) {
        let mailbox = mailbox
        do {
            if let supervisor {
                decide(.record(.attemptAdopted(path, number: number, pid: supervisor.pid)))
                guard let identity = identity(path, number) else { return }
                // Kept like any attempt under way, so that it can be asked to end.
                flights[supervisor.token] = Flight(
                    path: path, number: number, identity: identity,
                    file: context.attemptDirectory(path, number) + "/attempt")
                let token = supervisor.token
                try LivingSupervisor(supervisor).whenEnded {
                    mailbox.send(.supervisor(.vanished(token: token, pid: supervisor.pid, waitStatus: 0)))
                }
            } else {
                try adoptWithoutSupervisor(path, number, file)
            }
        } catch {
            end(path, number, AttemptOutcome(.unknown, reason: "it runs, and cannot be watched: \(error)"))
        }
    }

    private func adoptWithoutSupervisor(_ path: StepPath, _ number: Int, _ file: AttemptFile?) throws {
        let slots = try file?.slots()
        if let file, slots?.areEmpty == true, !hasWaitedForStart.contains(file.path) {
            return try awaitStart(path, number, file.path)
        }
        let started = slots?.started.record
        let left = started?.deadline.map { max(0, $0 - host.clock.bootTime()) }
        // What an action inside a driver started has a limit of its own, which its own supervisor sees to.
        let endsByItself = identity(path, number).map(performer.isInside) ?? false
        guard let file, let started, left != nil || endsByItself else {
            let reason = "its supervisor is gone while the command still runs, and it has no timeout"
            end(path, number, AttemptOutcome(.unknown, reason: reason))
            return
        }
        decide(.record(.attemptAdopted(path, number: number, pid: started.pid)))
        orphans[path.text] = number
        let mailbox = mailbox
        let remains = AttemptRemains(
            session: started.pid, startTicks: started.startTicks, attemptFile: file.path)
        let processes = host.processes
        try WorkerThread.start(name: "orphan") {
            let hasEnded = try? processes.waitForEnd(
                of: remains, atMost: left.map { .nanoseconds($0) } ?? .seconds(366 * 86_400))
            if hasEnded != true, left != nil { try? processes.end(remains, grace: .seconds(10)) }
            mailbox.send(.lookAgain(path, number: number))
        }
    }

    /// The lock is held and nothing is written yet: the launch that an earlier driver ordered is still on its way.
    private func awaitStart(_ path: StepPath, _ number: Int, _ file: String) throws {
        hasWaitedForStart.insert(file)
        orphans[path.text] = number
        let mailbox = mailbox
        try WorkerThread.start(name: "launch-watch") {
            for _ in 0..<500 where Self.isOnItsWay(file) { poll(nil, 0, 20) }
            mailbox.send(.lookAgain(path, number: number))
        }
    }

    private static func isOnItsWay(_ path: String) -> Bool {
        guard let file = try? AttemptFile.open(path), (try? file.slots().areEmpty) == true else { return false }
        return (try? file.lock()) == false
    }

    private func identity(_ path: StepPath, _ number: Int) -> AttemptIdentity? {
        context.withMachine { machine in
            guard let index = machine.index(of: path), let intent = machine.steps[index].inFlight else { return nil }
            return AttemptIdentity(
                node: machine.node(index), purpose: intent.purpose, number: number, item: intent.item)
        }
    }

    /// After a reboot that Belay did not order: what succeeded lately may not have reached the disk.
    private func doubtUnsyncedSteps() {
        let doubtful = context.withMachine { machine in
            machine.workNodes.filter { node in
                let record = machine.steps[node.index]
                // What a person did is no matter of this host's disks.
                return node.isLeaf && !node.isReadOnly && !node.asksPerson && record.state == .succeeded
                    && (record.order ?? 0) > machine.run.syncedUpTo
            }.map(\.path)
        }
        if !doubtful.isEmpty { decide(.rebooted(unsynced: doubtful)) }
    }
}
