import Glibc
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunReport
import RunbookModel

extension Moment {
    /// This moment, by the clocks of this host.
    static var now: Moment {
        let clock = HostClock.live
        return Moment(
            wall: clock.wallTime() / 1_000_000, boot: clock.bootTime() / 1_000_000, bootID: clock.bootID())
    }
}

/// Gathers what views of runs are made from.
struct RunInspector {
    let session: Session
    let service: RunService

    /// The state of a run as it was last stored.
    func machine(_ run: RunID) throws -> (machine: RunMachine, plan: Plan, pinned: Pinned) {
        let pinned = try service.journal.pinned(run)
        let plan = try service.plan(from: pinned)
        let stored = try service.journal.load(run)
        return (RunMachine(plan: plan, run: stored.record, steps: stored.steps), plan, pinned)
    }

    /// The status of a run.
    func view(_ run: RunID) throws -> RunView {
        let (machine, plan, pinned) = try machine(run)
        var facts = facts(try service.journal.summary(run))
        facts.changedFiles = Self.changedFiles(pinned)
        return RunView(facts, machine, runbook: plan.runbook, at: Moment.now)
    }

    /// The status of a run that this process has driven, from its own memory.
    func view(_ run: RunID, _ context: RunContext) throws -> RunView {
        var facts = facts(try service.journal.summary(run))
        facts.driver = nil
        return RunView(facts, context.withMachine { $0 }, runbook: context.plan.runbook, at: Moment.now)
    }

    func facts(_ summary: RunSummary) -> RunView.Facts {
        let state = service.workspace.state
        var facts = RunView.Facts(
            run: summary.id.number, requester: summary.requester.user, startedAt: summary.startedAt,
            directory: state.runDirectory(summary.id, summary.runbook))
        facts.endedAt = summary.endedAt
        facts.system = summary.system
        facts.undoOf = summary.undoOf?.number
        facts.driver = Self.driver(state.driver(summary.id, summary.runbook))
        facts.terminal = Self.driver(state.waitingTerminal(summary.id, summary.runbook))
        return facts
    }

    private static func driver(_ holder: DriverLock.Holder??) -> RunView.Driver? {
        guard let holder else { return nil }
        return RunView.Driver(
            pid: holder?.pid, user: holder?.user, since: holder?.since, isSelf: holder?.pid == getpid())
    }

    /// `process 4711 of alice`; nil where nobody drives the run.
    func driverWords(_ run: RunID) throws -> String? {
        let summary = try service.journal.summary(run)
        guard let holder = service.workspace.state.driver(run, summary.runbook) else { return nil }
        return holder.map { "process \($0.pid) of \($0.user)" } ?? "another process"
    }

    /// Which terminal goes on with the run once something was said; nil where none waits.
    func waitingWords(_ run: RunID) throws -> String? {
        let summary = try service.journal.summary(run)
        return service.workspace.state.waitingTerminal(run, summary.runbook).map(Wording.goesOnAtTerminal)
    }

    /// The files on disk that are no longer what the run pinned.
    private static func changedFiles(_ pinned: Pinned) -> [String] {
        var all = pinned.sources
        if let profile = pinned.profile { all[profile.name] = profile.bytes }
        return all.filter { path, bytes in
            let absolute = path.hasPrefix("/") ? path : "\(pinned.workingDirectory)/\(path)"
            return (try? HostFiles.read(absolute)) != bytes
        }.keys.sorted()
    }
}
