import Expressions
import RunHost
import RunbookModel

/// Whether a service of the profile runs, as far as can be told.
package enum ServiceState: Sendable, Equatable {
    /// With its processes, where they are known.
    case running([RunningProcess], String)
    case stopped(String)
    /// On its way from one to the other.
    case changing(String)
    case unknown(String)

    /// What was seen, for people.
    package var detail: String {
        switch self {
        case .running(_, let text), .stopped(let text), .changing(let text), .unknown(let text): text
        }
    }

    package var isRunning: Bool { if case .running = self { true } else { false } }
    package var isStopped: Bool { if case .stopped = self { true } else { false } }
}

/// Looks at a service: by systemd, its status command, its pid file, or a pattern on command lines, in this order.
package struct ServiceProbe: Sendable {
    private let service: ServiceDeclaration
    private let context: CheckContext
    private let timeout: Duration

    package init(_ service: ServiceDeclaration, _ context: CheckContext, timeout: Duration) {
        self.service = service
        self.context = context
        self.timeout = timeout
    }

    /// One look; blocks for the timeout at most.
    package func state() throws -> ServiceState {
        switch service.control {
        case .systemd(let unit): return systemd(unit)
        case .commands(let commands):
            if let status = commands.status { return self.status(status) }
            let match = try commands.match.map { text throws(PatternProblem) in try Pattern(text) }
            if let pidfile = commands.pidfile { return try byPidFile(context.profilePath(pidfile), match) }
            guard let match else { return .unknown("the profile gives no status, pidfile or match") }
            return try byMatch(match)
        }
    }

    /// Runs one of the service's commands in the profile's home.
    package func run(_ arguments: [String]) -> ProcessProbeResult {
        context.runProcess(
            ProcessProbe(arguments, in: context.home, context.process, timeout: timeout), context.cancellation)
    }

    private func systemd(_ unit: String) -> ServiceState {
        let result = run(["systemctl", "show", "--property=LoadState,ActiveState", "--", unit])
        guard result.end == .exited(0) else { return .unknown("systemctl: \(result.detail)") }
        let lines = String(decoding: result.stdout, as: UTF8.self).split(separator: "\n").map(String.init)
        guard !lines.contains("LoadState=not-found") else { return .unknown("there is no unit '\(unit)'") }
        guard let line = lines.first(where: { $0.hasPrefix("ActiveState=") }) else {
            return .unknown("systemctl does not say how '\(unit)' is")
        }
        let word = String(line.dropFirst("ActiveState=".count))
        return switch word {
        case "active", "reloading", "refreshing": .running([], word)
        case "inactive", "failed": .stopped(word)
        case "activating", "deactivating", "maintenance": .changing(word)
        default: .unknown("systemd calls '\(unit)' \(word)")
        }
    }

    /// As init scripts have it (LSB): 0 runs, 4 is "unknown", others are ways of not running.
    private func status(_ arguments: [String]) -> ServiceState {
        let result = run(arguments)
        guard case .exited(let code) = result.end else { return .unknown("status: \(result.detail)") }
        return switch code {
        case 0: .running([], result.detail)
        case 4, 126, 127: .unknown("status: \(result.detail)")
        default: .stopped(result.detail)
        }
    }

    private func byPidFile(_ path: String, _ match: Pattern?) throws -> ServiceState {
        switch try PidFile.read(path, match: match) {
        case .running(let process): .running([process], "process \(process.pid) runs")
        case .missing: try unrecorded(match) ?? .stopped("there is no pid file \(path)")
        case .stale(let pid): try unrecorded(match) ?? .stopped("process \(pid) of \(path) is gone")
        case .unclear(let reason): .unknown(reason)
        }
    }

    /// A process that runs although the pid file does not say so.
    private func unrecorded(_ match: Pattern?) throws -> ServiceState? {
        guard let match, case .running(let processes, let text) = try byMatch(match) else { return nil }
        return .running(processes, text)
    }

    private func byMatch(_ match: Pattern) throws -> ServiceState {
        let found = try RunningProcess.others().filter { try match.matches($0.commandLine) }
        guard !found.isEmpty else { return .stopped("no process matches '\(match.source)'") }
        return .running(found, "process \(found.map { String($0.pid) }.joined(separator: ", ")) runs")
    }
}
