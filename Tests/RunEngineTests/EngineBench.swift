import Glibc
import RunEngine
import RunHost
import RunJournal
import RunMachine
import RunbookModel
import Synchronization
import TestSupport

/// A run of one runbook with a clock that a test moves; nothing is started but what the driver does itself.
final class EngineBench: Sendable {
    let scratch: ScratchDirectory
    let clock = ManualHostClock()
    private let service: RunService
    private let run: RunID
    private let host: EngineHost
    private let requests = Mutex<(@Sendable (DriverRequest) -> Void)?>(nil)

    init(_ body: String) throws {
        scratch = try ScratchDirectory()
        try scratch.write("runbook: bench\n" + body, to: "runbooks/bench.yml")
        let actor = Actor(user: "test", uid: geteuid(), loginUID: nil)
        host = EngineHost(
            clock: clock.clock, processes: .live,
            launcher: EngineHost.Launcher(launch: { _ in throw TestFailure("nothing is launched") }, listen: { _ in }),
            http: .unavailable, configuration: Configuration(), executable: "belay", actor: actor, host: "test",
            random: { UInt64.random(in: .min ... .max) }, sync: {}, crashPoint: { _ in })
        let workspace = try Workspace.discover(
            directory: scratch.path, stateOption: scratch.file("state"), environment: [:])
        let request = RunRequest(runbook: "bench", environment: ["PATH": "/usr/bin:/bin"])
        let draft = try RunService.draft(request, workspace, host: Identity.current())
        service = try RunService.open(workspace, creates: true, actor: actor)
        run = try service.create(draft, host: host)
    }

    /// Drives the run to its end or next stop; `watch` sees each event once it is on disk.
    func drive(_ watch: @escaping @Sendable (RunEvent, ManualHostClock) -> Void) throws -> DriveEnd {
        let observer = Watcher { [clock] in watch($0, clock) }
        let claimed = try service.claim(run, ClaimOptions(environment: [:]), host: host, observer: observer)
        let requests = claimed.driver.requests
        self.requests.withLock { $0 = requests }
        return try claimed.drive()
    }

    /// Drives until a step has started, and pauses.
    func driveUntilItWaits() throws {
        _ = try drive { [self] event, _ in if case .attemptIntended = event { pause() } }
    }

    func pause() { requests.withLock { $0?(.pause) } }

    var forward: ForwardResult? { stored?.record.forward }
    var question: String? { stored?.record.question?.why }
    var events: [RunEvent] { ((try? service.journal.events(run)) ?? []).map(\.event) }
    private var stored: StoredRun? { try? service.journal.load(run) }

    private struct Watcher: RunObserver {
        let watch: @Sendable (RunEvent) -> Void

        func committed(_ events: [(at: Int64, event: RunEvent)], run: RunContext) {
            for entry in events { watch(entry.event) }
        }
    }
}
