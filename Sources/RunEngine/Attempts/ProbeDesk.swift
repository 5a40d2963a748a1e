import Actions
import CSupervisor
import Checks
import Glibc
import RunHost
import Synchronization

/// Runs processes whose answer is waited for: checks, commands of services, helpers. They have no attempt file.
final class ProbeDesk: Sendable {
    private let launcher: EngineHost.Launcher
    private let processes: ProcessTable
    private let random: @Sendable () -> UInt64
    private let waiting = Mutex<[UInt64: Mailbox<SupervisorReport>]>([:])

    init(_ host: EngineHost) {
        launcher = host.launcher
        processes = host.processes
        random = host.random
    }

    /// Hands a report to whoever waits for it; false where nobody does.
    func deliver(_ report: SupervisorReport) -> Bool {
        switch report {
        case .started(let started): return send(report, to: started.token)
        case .done(let result): return send(report, to: result.token)
        case .refused(let token, _), .vanished(let token, _, _): return send(report, to: token)
        case .serverLost:
            for mailbox in waiting.withLock({ Array($0.values) }) { mailbox.send(report) }
            return false
        }
    }

    private func send(_ report: SupervisorReport, to token: UInt64) -> Bool {
        guard let mailbox = waiting.withLock({ $0[token] }) else { return false }
        mailbox.send(report)
        return true
    }

    /// Runs a process to its end or timeout, with all that it started. Blocks the calling thread.
    ///
    /// `held` is the attempt inside the driver for which it runs.
    func run(_ probe: ProcessProbe, _ cancellation: Cancellation, held: AttemptFile? = nil) -> ProcessProbeResult {
        let token = random() | 1
        let mailbox = Mailbox<SupervisorReport>()
        waiting.withLock { $0[token] = mailbox }
        defer { waiting.withLock { _ = $0.removeValue(forKey: token) } }
        let began = ContinuousClock.now
        do {
            let output = try Capture()
            let errors = try Capture()
            var request = LaunchRequest(
                token: token, arguments: probe.arguments, environment: probe.environment,
                workingDirectory: probe.directory, stdout: .descriptor(output.descriptor),
                stderr: .descriptor(errors.descriptor))
            request.held = held
            request.timeout = probe.timeout
            request.grace = .seconds(2)
            request.maxOutput = UInt64(probe.outputLimit)
            request.umask = probe.umask
            request.user = probe.user
            if let input = probe.input { request.stdin = .bytes(input) }
            try launcher.launch(request)
            let end = wait(mailbox, cancellation)
            return ProcessProbeResult(
                end, stdout: output.bytes(), stderr: errors.bytes(), elapsed: ContinuousClock.now - began)
        } catch {
            return ProcessProbeResult(.notStarted("\(error)"), elapsed: ContinuousClock.now - began)
        }
    }

    /// Starts a process that outlives this one, and does not wait for it; its supervisor stays with it.
    func start(_ probe: ProcessProbe) -> DetachedStart {
        let token = random() | 1
        let mailbox = Mailbox<SupervisorReport>()
        waiting.withLock { $0[token] = mailbox }
        let began = ContinuousClock.now
        do {
            let errors = try Capture()
            var request = LaunchRequest(
                token: token, arguments: probe.arguments, environment: probe.environment,
                workingDirectory: probe.directory, stderr: .descriptor(errors.descriptor))
            // Bounded, because nobody reads what it writes later.
            request.maxOutput = 65_536
            request.umask = probe.umask
            request.user = probe.user
            try launcher.launch(request)
            let end = DetachedEnd(mailbox, errors, began)
            return .started(ended: { end.look() })
        } catch {
            waiting.withLock { _ = $0.removeValue(forKey: token) }
            return .failed("\(error)")
        }
    }

    /// How a process that was started to stay has ended, once it has.
    private final class DetachedEnd: Sendable {
        private let mailbox: Mailbox<SupervisorReport>
        private let errors: Capture
        private let began: ContinuousClock.Instant
        private let known = Mutex<ProcessProbeResult?>(nil)

        init(_ mailbox: Mailbox<SupervisorReport>, _ errors: Capture, _ began: ContinuousClock.Instant) {
            self.mailbox = mailbox
            self.errors = errors
            self.began = began
        }

        func look() -> ProcessProbeResult? {
            known.withLock { known in
                for report in mailbox.receive(within: 0) {
                    guard let end = ProbeDesk.end(of: report) else { continue }
                    known = ProcessProbeResult(end, stderr: errors.bytes(), elapsed: ContinuousClock.now - began)
                }
                return known
            }
        }
    }

    /// How a process ended, where the report says so.
    private static func end(of report: SupervisorReport) -> ProcessProbeResult.End? {
        switch report {
        case .started: nil
        case .done(let result): end(of: result)
        case .refused(_, let errno): .notStarted(SystemError.text(of: errno))
        case .vanished, .serverLost: .notStarted("its supervisor has vanished")
        }
    }

    private func wait(_ mailbox: Mailbox<SupervisorReport>, _ cancellation: Cancellation) -> ProcessProbeResult.End {
        var supervisor: LivingSupervisor?
        var wasAsked = false
        var serverIsLost = false
        while true {
            for report in mailbox.receive(within: 50) {
                switch report {
                case .started(let started): supervisor = LivingSupervisor(started)
                case .done(let result): return wasAsked ? .interrupted : Self.end(of: result)
                case .refused(_, let errno): return .notStarted(SystemError.text(of: errno))
                case .vanished(_, let pid, _):
                    return endOrphans(of: supervisor ?? LivingSupervisor(pid: pid, startTicks: 0))
                case .serverLost: serverIsLost = true
                }
            }
            // Nobody tells of a supervisor's end any more; one that lives still reports.
            if serverIsLost, !isAlive(supervisor) { return endOrphans(of: supervisor) }
            if cancellation.isCancelled, !wasAsked, let supervisor {
                wasAsked = true
                supervisor.requestKill()
            }
        }
    }

    private func isAlive(_ supervisor: LivingSupervisor?) -> Bool {
        guard let supervisor else { return false }
        return (try? processes.isAlive(pid: supervisor.pid, startTicks: supervisor.startTicks)) ?? true
    }

    /// What a supervisor that was killed left is ended too: nobody knows what it would still do, and when.
    private func endOrphans(of supervisor: LivingSupervisor?) -> ProcessProbeResult.End {
        if let supervisor {
            let remains = AttemptRemains(session: supervisor.pid, startTicks: supervisor.startTicks)
            try? processes.end(remains, grace: .seconds(2))
        }
        return .notStarted("its supervisor has vanished")
    }

    private static func end(of result: AttemptResult) -> ProcessProbeResult.End {
        if result.endedBy == .timeout { return .timedOut }
        switch result.ending {
        case .exited(let code): return .exited(Int(code))
        case .signalled(let signal, _): return .signalled(Int(signal))
        case .notSpawned(let failure): return .notStarted("\(failure)")
        }
    }
}

/// A file without a name that takes the output of a process.
private final class Capture: Sendable {
    let descriptor: Int32

    init() throws {
        descriptor = belay_memfd("output")
        guard descriptor >= 0 else { throw SystemError("memfd_create", errno: -descriptor) }
    }

    deinit { close(descriptor) }

    func bytes() -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
        }
    }
}
