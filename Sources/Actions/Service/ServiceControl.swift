import Checks
import RunHost
import RunbookModel

/// The states that the action knows.
enum DesiredState: String {
    case started, stopped, restarted, reloaded
}

/// Starts, stops and reloads one service, and proves the state it is left in.
struct ServiceControl {
    let name: String
    private let service: ServiceDeclaration
    private let context: ActionContext
    private let watch: ServiceWatch

    /// A program that ends at once, for a bad configuration say, is seen running for a moment; milliseconds.
    private static let secondLook: Int64 = 200

    init(_ service: ServiceDeclaration, _ context: ActionContext, timeout: Duration) {
        name = service.name
        self.service = service
        self.context = context
        let deadline = context.checks.clock.boot() + timeout.inMilliseconds
        watch = ServiceWatch(service: service, context: context.checks, deadline: deadline)
    }

    /// How it is before anything is done; nil where the profile gives no way to tell.
    func stateBefore() throws -> ServiceState? { watch.isObservable ? try watch.state() : nil }

    /// Returns when it is in the state, or throws a `ServiceStop`. What is so already is left as it is.
    func bring(to wanted: DesiredState) throws {
        switch wanted {
        case .started: try start()
        case .stopped: try stop()
        case .restarted: try restart()
        case .reloaded: try reload()
        }
    }

    private func start() throws {
        if watch.isObservable, try watch.settledState().isRunning { return }
        switch service.control {
        case .systemd(let unit): try runUntilRunning(["systemctl", "start", "--", unit])
        case .commands(let commands):
            try processes(commands).removeStalePidFile()
            try launch(commands.start)
        }
    }

    private func stop() throws {
        if watch.isObservable, try watch.settledState().isStopped { return }
        switch service.control {
        case .systemd(let unit): try run(["systemctl", "stop", "--", unit])
        case .commands(let commands):
            switch commands.stop {
            case .command(let arguments): try run(arguments)
            case .signal(let signal, let grace): try processes(commands).end(by: signal, grace: grace)
            }
        }
        try watch.waitUntil("stopped") { $0.isStopped }
    }

    private func restart() throws {
        switch service.control {
        case .systemd(let unit): try runUntilRunning(["systemctl", "restart", "--", unit])
        case .commands(let commands):
            guard let restart = commands.restart else {
                try stop()
                return try start()
            }
            try launch(restart, replacing: try processes(commands).running())
        }
    }

    private func reload() throws {
        if watch.isObservable, try !watch.settledState().isRunning {
            throw ServiceStop.failed("it does not run, so it cannot be reloaded", .error)
        }
        switch service.control {
        case .systemd(let unit): try runUntilRunning(["systemctl", "reload", "--", unit])
        case .commands(let commands):
            guard let reload = commands.reload else {
                throw ServiceStop.failed("the profile gives no 'reload' for it", .error)
            }
            try runUntilRunning(reload)
        }
    }

    private func processes(_ commands: ServiceDeclaration.Commands) -> ServiceProcesses {
        ServiceProcesses(watch: watch, commands: commands)
    }

    /// Runs a command that ends by itself.
    private func run(_ arguments: [String]) throws {
        let probe = ServiceProbe(service, context.checks, timeout: .milliseconds(max(1, watch.left)))
        let result = probe.run(arguments)
        switch result.end {
        case .exited(0): return
        case .interrupted: throw ServiceStop.interrupted
        case .timedOut: throw failed(arguments, result, .timeout)
        default: throw failed(arguments, result, .error)
        }
    }

    private func runUntilRunning(_ arguments: [String]) throws {
        try run(arguments)
        try watch.waitUntil("running") { $0.isRunning }
    }

    /// Runs a command that may stay as the service itself. Where the state can be seen, its end is not waited for.
    private func launch(_ arguments: [String], replacing old: [RunningProcess] = []) throws {
        guard watch.isObservable else { return try run(arguments) }
        let probe = ProcessProbe(
            arguments, in: context.checks.home, context.checks.process, timeout: .milliseconds(max(1, watch.left)))
        let ended: @Sendable () -> ProcessProbeResult?
        switch context.startDetached(probe) {
        case .failed(let reason): throw ServiceStop.failed("\(arguments[0]): \(reason)", .error)
        case .started(let closure): ended = closure
        }
        func meanwhile() throws {
            guard let result = ended() else { return }
            switch result.end {
            case .exited(0): return
            case .exited, .signalled: throw failed(arguments, result, .error)
            // It ended, and how is not known: it may have left the service behind.
            case .timedOut, .notStarted, .interrupted: return
            }
        }
        func isNew(_ state: ServiceState) -> Bool {
            guard case .running(let processes, _) = state else { return false }
            return !processes.contains(where: old.contains)
        }
        try watch.waitUntil("running", meanwhile: meanwhile, isNew)
        try watch.pause(Self.secondLook)
        try watch.waitUntil("running", meanwhile: meanwhile, isNew)
    }

    private func failed(
        _ arguments: [String], _ result: ProcessProbeResult, _ cause: ActionResult.Cause
    ) -> ServiceStop {
        .failed("\(arguments.first ?? ""): \(result.detail)", cause)
    }
}
