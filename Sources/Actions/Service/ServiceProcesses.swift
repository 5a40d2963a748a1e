import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel

/// The processes of a service that is controlled by a pid file or a pattern, and their end.
struct ServiceProcesses {
    let watch: ServiceWatch
    let commands: ServiceDeclaration.Commands

    /// Kept of the timeout for proving that what was killed is gone, milliseconds.
    private static let killPatience: Int64 = 5_000

    /// Those that run; none where only commands show the state.
    func running() throws -> [RunningProcess] {
        guard commands.pidfile != nil || commands.match != nil else { return [] }
        var commands = commands
        commands.status = nil
        let service = ServiceDeclaration(
            name: watch.service.name, control: .commands(commands), after: [], span: watch.service.span)
        let probe = ServiceProbe(service, watch.context, timeout: ServiceWatch.lookTimeout)
        switch try probe.state() {
        case .running(let processes, _): return processes
        case .unknown(let reason): throw ServiceStop.inconclusive("which process it is cannot be told: \(reason)")
        case .stopped, .changing: return []
        }
    }

    /// Signals them, kills them after the grace, and returns when they are gone.
    func end(by signal: String, grace: Duration) throws {
        guard commands.pidfile != nil || commands.match != nil else {
            throw ServiceStop.failed(
                "it is stopped by a signal, and the profile gives neither pidfile nor match", .error)
        }
        let processes = try running()
        let number = try SignalName.number(signal)
        for process in processes { try send(number, to: process) }
        // The KILL comes in time for its proof, however long the grace is.
        let now = watch.context.clock.boot()
        let graceEnds = min(now + grace.inMilliseconds, watch.deadline - Self.killPatience)
        if try !areGone(processes, by: graceEnds) {
            for process in processes { try send(SIGKILL, to: process) }
            guard try areGone(processes, by: max(watch.deadline, now + Self.killPatience)) else {
                let pids = processes.filter(isThere).map { String($0.pid) }.joined(separator: ", ")
                throw ServiceStop.failed("process \(pids) is still there after KILL", .timeout)
            }
        }
        try removeStalePidFile()
    }

    /// A pid file whose process is gone keeps some programs from starting.
    func removeStalePidFile() throws {
        guard let pidfile = commands.pidfile else { return }
        let path = try watch.context.profilePath(pidfile)
        let match = try commands.match.map { text throws(PatternProblem) in try Pattern(text) }
        if case .stale = try PidFile.read(path, match: match) { unlink(path) }
    }

    private func send(_ signal: Int32, to process: RunningProcess) throws {
        // Never a later process of the same number.
        guard isThere(process), kill(process.pid, signal) != 0, errno != ESRCH else { return }
        throw ServiceStop.failed("signal to process \(process.pid): \(SystemError.text(of: errno))", .error)
    }

    private func isThere(_ process: RunningProcess) -> Bool {
        RunningProcess.read(process.pid)?.startTicks == process.startTicks
    }

    private func areGone(_ processes: [RunningProcess], by end: Int64) throws -> Bool {
        var pauses = Pauses()
        while processes.contains(where: isThere) {
            guard watch.context.clock.boot() < end else { return false }
            try watch.pause(pauses.next())
        }
        return true
    }
}

/// Signals as people name them: `TERM`, `SIGTERM` or `15`.
private enum SignalName {
    private static let numbers: [String: Int32] = [
        "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ABRT": SIGABRT, "KILL": SIGKILL, "USR1": SIGUSR1,
        "USR2": SIGUSR2, "ALRM": SIGALRM, "TERM": SIGTERM, "WINCH": SIGWINCH,
    ]

    static func number(_ name: String) throws(ArgumentProblem) -> Int32 {
        if let number = Int32(name), 1...64 ~= number { return number }
        let short = name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name
        guard let number = numbers[short] else { throw ArgumentProblem("'\(name)' is not a signal") }
        return number
    }
}
