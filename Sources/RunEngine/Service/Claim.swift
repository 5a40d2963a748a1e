import Expressions
import Glibc
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

/// Takes the right to drive a run, and puts together what its driver needs.
struct Claim {
    let service: RunService
    let run: RunID
    let options: ClaimOptions
    let host: EngineHost
    let observer: any RunObserver

    func make() throws -> ClaimedRun {
        let summary = try service.journal.summary(run)
        guard summary.isOpen else { throw JournalFailure.runIsClosed(run) }
        let state = service.workspace.state
        let holder = DriverLock.Holder(pid: getpid(), user: service.actor.user, since: host.now.wall)
        if access(state.runDirectory(run, summary.runbook), F_OK) != 0 {
            try state.makeRunDirectory(run, summary.runbook)
        }
        let lock = try state.lockDriver(run, summary.runbook, holder)
        let before = try service.journal.load(run)
        let earlier = try service.journal.pinned(run)
        let adoption = options.adopts ? try Adoption.prepare(before, earlier, service, options) : nil
        let pinned = adoption?.pinned ?? earlier
        let (plan, missingInputs) = try plan(pinned)
        let place = try Place.current(stateDirectory: state.path)
        let recorded = before.record.place?.decoded(Place.self)
        try checkPlace(recorded, place)
        let (context, missingSecrets) = try context(plan, pinned, summary, before)
        let stored = try service.journal.claim(run)
        if let adoption { try adopt(adoption, plan, stored.epoch) }
        host.crashPoint("driver.claimed")
        _ = try service.journal.retakeLocks(run, epoch: stored.epoch, at: host.now.wall)
        let machine = RunMachine(plan: plan, run: stored.record, steps: stored.steps)
        let inFlight = machine.inFlight
        context.withMachine { $0 = machine }
        let driver = try Driver(
            context: context, journal: service.journal, host: host, observer: observer, place: place,
            epoch: stored.epoch)
        driver.decide(
            .claim(
                RunEvent.Claimed(
                    epoch: stored.epoch, by: service.actor, place: try Stored(encoding: place),
                    byPerson: options.byPerson, guided: options.guides)))
        driver.decide(.reopenPrompts(planDigest: plan.digest))
        driver.missing = missingInputs + missingSecrets
        let (service, program) = (service, host.executable)
        driver.remind = { service.remindDue(executable: program) }
        driver.confirmsAhead = options.confirmsAhead
        driver.noteClock(behind: stored.lastEventAt)
        try rememberFailures(of: driver, stored)
        return ClaimedRun(driver: driver, inFlight: inFlight, recordedPlace: recorded, lock: lock)
    }

    private func adopt(_ adoption: Adoption, _ plan: Plan, _ epoch: Int64) throws(JournalFailure) {
        let event = RunEvent.adopted(planDigest: plan.digest, by: service.actor)
        try service.journal.repin(
            run, epoch: epoch, adoption.pinned, locks: adoption.locks, JournalEntry(at: host.now.wall, event))
    }

    /// The plan with the values of its secret inputs, and which of them cannot be had.
    private func plan(_ pinned: Pinned) throws(ServiceFailure) -> (Plan, missing: [String]) {
        let plan = try service.plan(from: pinned)
        let names = SecretInputs.names(pinned, plan.runbook)
        guard !names.isEmpty else { return (plan, []) }
        let (values, missing) = SecretInputs.resolve(names, of: plan.runbook, options)
        return (try service.plan(from: pinned, secretInputs: values), missing)
    }

    /// Another machine or a copied directory: nothing may be presumed dead.
    private func checkPlace(_ recorded: Place?, _ place: Place) throws {
        guard let recorded, recorded.compared(with: place).otherMachine, options.takeOver == nil else { return }
        throw ServiceFailure.refused(
            "run \(run) was driven on another machine, or in another copy of this state directory",
            help: "make sure that nothing of it runs there, then: belay resume \(run) --take-over --why …")
    }

    private func context(_ plan: Plan, _ pinned: Pinned, _ summary: RunSummary, _ stored: StoredRun) throws
        -> (RunContext, missing: [String])
    {
        let state = service.workspace.state
        let directory = state.runDirectory(run, summary.runbook)
        try Pinning.materialize(pinned.files, in: directory)
        let undone = try summary.undoOf.map { try service.journal.summary($0) }
        let surroundings = PinnedContext(
            pinned, startedAt: summary.startedAt, user: summary.requester.user, host: host.host)
        let (secrets, missing) = RunSecrets.resolve(
            plan, surroundings, secretInputs: SecretInputs.names(pinned, plan.runbook),
            environment: options.environment,
            ask: options.ask)
        let context = RunContext(
            id: run.number, plan: plan, pinned: surroundings, directory: directory,
            undoneDirectory: undone.map { state.runDirectory($0.id, $0.runbook) },
            undone: undone.map { UndoneRun(id: $0.id.number, startedAt: $0.startedAt) },
            secrets: secrets, machine: RunMachine(plan: plan, run: stored.record, steps: stored.steps))
        return (context, missing)
    }

    /// What failed before may have left processes, which must be gone before anything is undone.
    private func rememberFailures(of driver: Driver, _ stored: StoredRun) throws {
        let mayMatter: Set<StepState> = [.failed, .unknown, .undoStarted, .undoFailed]
        guard
            stored.record.direction == .rollback
                || stored.steps.values.contains(where: { mayMatter.contains($0.state) })
        else { return }
        let undone = try stored.summary.undoOf.map { try service.journal.attempts($0, step: nil) } ?? []
        for attempt in try undone + service.journal.attempts(run, step: nil) {
            guard let kind = attempt.outcome?.kind, kind == .failed || kind == .unknown,
                !attempt.intent.purpose.onlyLooks
            else { continue }
            driver.performer.remember(kind, of: attempt.intent.step, attempt.intent.number)
        }
    }
}

/// The secrets of a plan.
enum RunSecrets {
    /// Their values as far as they can be had, and what is missing.
    static func resolve(
        _ plan: Plan, _ pinned: PinnedContext, secretInputs: [String], environment: [String: String],
        ask: (@Sendable (_ prompt: String, _ isSecret: Bool) -> String?)?
    ) -> (SecretStore, missing: [String]) {
        let scopes = plan.graph.scopes
        guard scopes.contains(where: { !$0.runbook.secrets.isEmpty || $0.hidesInputs }) || !secretInputs.isEmpty else {
            return (.none, [])
        }
        let context = RunContext(
            id: 0, plan: plan, pinned: pinned, directory: "/", undoneDirectory: nil, secrets: .none,
            machine: RunMachine(plan: plan))
        let resolver = SecretResolver(
            environment: environment, ask: ask,
            text: { scope, template in try template.evaluate(RunBindings(context, scope: scope)).plainText },
            workingDirectory: { scope in pinned.directories[scopes[scope].runbook.name] ?? "/" })
        let (values, missing) = resolver.resolve(plan.graph)
        let own = secretInputs.compactMap { plan.inputs[$0] }
        let included = scopes.indices.dropFirst().flatMap { context.hiddenInputs(scope: $0).map(\.value) }
        return (SecretStore(values, inputs: (own + included).flatMap(SecretInputs.texts)), missing)
    }
}

extension Scope {
    /// Whether some of its inputs are kept out of the journal.
    fileprivate var hidesInputs: Bool { owner != nil && runbook.inputs.contains(where: \.isSecret) }
}
