import Glibc
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunbookModel
import Synchronization
import TestSupport
import Testing

/// A run of one runbook with a clock that a test moves; nothing is started but what the driver does itself.
final class EngineBench: Sendable {
    let scratch: ScratchDirectory
    let clock = ManualHostClock()
    let service: RunService
    let run: RunID
    let host: EngineHost
    private let requests = Mutex<(@Sendable (DriverRequest) -> Void)?>(nil)

    /// `isShared`: the state directory is a team's, the group of this process.
    init(_ body: String, isShared: Bool = false, isGuided: Bool = false, channels: String? = nil) throws {
        scratch = try ScratchDirectory()
        try scratch.write("runbook: bench\n" + body, to: "runbooks/bench.yml")
        if isShared {
            let group = try #require(getgrgid(getegid()))
            try scratch.write(
                "state: {path: state, group: \(String(cString: group.pointee.gr_name))}\n", to: "belay.yml")
        }
        if let channels { try scratch.write("channels: \(channels)\n", to: "belay.yml") }
        let actor = Actor(user: "test", uid: geteuid(), loginUID: nil)
        host = EngineHost(
            clock: clock.clock, processes: .live,
            launcher: EngineHost.Launcher(launch: { _ in throw TestFailure("nothing is launched") }, listen: { _ in }),
            http: .unavailable, configuration: Configuration(), executable: "belay", actor: actor, host: "test",
            random: { UInt64.random(in: .min ... .max) }, sync: {}, crashPoint: { _ in })
        let workspace = try Workspace.discover(
            directory: scratch.path, stateOption: scratch.file("state"), environment: [:])
        var request = RunRequest(runbook: "bench", environment: ["PATH": "/usr/bin:/bin"])
        request.isGuided = isGuided
        let draft = try RunService.draft(request, workspace, host: Identity.current())
        service = try RunService.open(workspace, creates: true, actor: actor)
        run = try service.create(draft, host: host)
    }

    /// Drives the run to its end or next stop; `watch` sees each event once it is on disk.
    func drive(
        confirmsAhead: Bool = false, adopts: Bool = false,
        _ watch: @escaping @Sendable (RunEvent, ManualHostClock) -> Void = { _, _ in }
    ) throws -> DriveEnd {
        let observer = Watcher { [clock] in watch($0, clock) }
        var options = ClaimOptions(environment: ["PATH": "/usr/bin:/bin"])
        options.confirmsAhead = confirmsAhead
        options.adopts = adopts
        let claimed = try service.claim(run, options, host: host, observer: observer)
        let requests = claimed.driver.requests
        self.requests.withLock { $0 = requests }
        return try claimed.drive()
    }

    /// Drives until a step has started, and pauses.
    func driveUntilItWaits() throws {
        _ = try drive { [self] event, _ in if case .attemptIntended = event { pause() } }
    }

    /// What is open at a step.
    func prompt(_ step: StepPath) throws -> OpenPrompt {
        try #require(try service.openPrompts(run).first { $0.step == step })
    }

    /// Answers what is open at a step, as this process's user or as another.
    @discardableResult
    func answer(_ step: StepPath, _ content: AnswerContent, by user: Actor? = nil) throws -> InboxResult {
        try record(try prompt(step), content, by: user)
    }

    func record(_ open: OpenPrompt, _ content: AnswerContent, by user: Actor? = nil) throws -> InboxResult {
        let speaker = RunService(workspace: service.workspace, journal: service.journal, actor: user ?? service.actor)
        return try speaker.record(run, speaker.answer(open, content, host: host))
    }

    func record(_ step: StepPath) -> StepRecord? { stored?.steps[step] }

    func pause() { requests.withLock { $0?(.pause) } }

    var forward: ForwardResult? { stored?.record.forward }
    var question: String? { stored?.record.question?.why }
    var events: [RunEvent] { ((try? service.journal.events(run)) ?? []).map(\.event) }
    var stored: StoredRun? { try? service.journal.load(run) }

    private struct Watcher: RunObserver {
        let watch: @Sendable (RunEvent) -> Void

        func committed(_ events: [(at: Int64, event: RunEvent)], run: RunContext) {
            for entry in events { watch(entry.event) }
        }
    }
}
