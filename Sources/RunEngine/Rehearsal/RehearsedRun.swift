import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookLoading
import RunbookModel

/// A run that is played through by the same machine and driver as a real one; its host has a rehearsal.
package final class RehearsedRun {
    package let id: RunID
    package let plan: Plan
    let journal: any Journal
    let host: EngineHost
    private let surroundings: PinnedContext
    private let secrets: SecretStore
    private var decisions = 0

    /// Opens the run in a journal; `secrets` are the values of the secrets of each scope.
    package init(
        _ loaded: LoadedRunbook, _ plan: Plan, _ surroundings: PinnedContext,
        secrets: [[(name: String, value: String)]], isGuided: Bool = false, journal: any Journal, host: EngineHost
    ) throws(ServiceFailure) {
        self.plan = plan
        self.journal = journal
        self.host = host
        self.surroundings = surroundings
        self.secrets = SecretStore(secrets)
        var pinned = Pinned(runbook: plan.runbook.name, digest: plan.digest)
        pinned.environment = surroundings.environment
        let draft = RunDraft(loaded: loaded, plan: plan, pinned: pinned, isGuided: isGuided)
        let now = host.now
        let created = RunEvent.Created(
            runbook: plan.runbook.name, planDigest: plan.digest, by: host.actor,
            deadline: try draft.deadline(from: now),
            estimate: draft.estimate(from: now), guided: isGuided)
        var new = try RunService.opened(
            plan, pinned, created, by: host.actor, system: plan.system?.name, at: now)
        new.locks = try draft.locks()
        do throws(JournalFailure) { id = try journal.createRun(new) } catch { throw .journal(error) }
    }

    /// Refuses a runbook that names files that are not there; paths are relative to the directory.
    package static func checkFiles(_ loaded: LoadedRunbook, in directory: String) throws(ServiceFailure) {
        let directories = Pinning.directories(loaded.sources.map(\.path), workingDirectory: directory)
        _ = try Pinning.files(loaded, directories)
    }

    /// Claims the run for a new driver and drives it until it closes, stands still or dies.
    ///
    /// Errors: what the rehearsal or the journal threw; the run goes on from its last commit with the next call.
    package func drive() throws -> DriveEnd {
        let recorded = try journal.load(id).record.place?.decoded(Place.self)
        let stored = try journal.claim(id)
        let machine = RunMachine(plan: plan, run: stored.record, steps: stored.steps)
        let inFlight = machine.inFlight
        let context = RunContext(
            id: id.number, plan: plan, pinned: surroundings,
            directory: "/var/lib/belay/runs/\(plan.runbook.name.text)", undoneDirectory: nil, secrets: secrets,
            machine: machine)
        let place = place
        let driver = try Driver(
            context: context, journal: journal, host: host, observer: SilentObserver(), place: place,
            epoch: stored.epoch)
        let claim = RunEvent.Claimed(
            epoch: stored.epoch, by: host.actor, place: try Stored(encoding: place), byPerson: true)
        driver.decide(.claim(claim))
        driver.decide(.reopenPrompts(planDigest: plan.digest))
        driver.noteClock(behind: stored.lastEventAt)
        return try driver.drive(recovering: inFlight, recordedPlace: recorded)
    }

    /// Records what a person chose about a step or the run, for the next driver; gives why it is refused, nil otherwise.
    package func say(
        _ kind: String, _ choice: Choice, step: StepPath?, why: String, outputs: Stored? = nil
    ) throws -> String? {
        let decision = HumanDecision(
            id: nextDecisionID(), choice: choice, step: step, why: why, actor: host.actor, at: host.now.wall,
            outputs: outputs)
        if case .refused(let why) = try RunService.say(id, kind, decision, plan: plan, journal) { return why }
        return nil
    }

    func nextDecisionID() -> String {
        decisions += 1
        return "test-\(decisions)"
    }

    /// The state that the journal has stored.
    package func machine() throws -> RunMachine {
        let stored = try journal.load(id)
        return RunMachine(plan: plan, run: stored.record, steps: stored.steps)
    }

    private var place: Place {
        Place(
            machineID: "rehearsal", bootID: host.clock.bootID(), pidNamespace: 1, pidNamespaceStart: 1,
            stateDirectory: Place.Directory(device: 1, inode: 1, mountID: nil))
    }
}
