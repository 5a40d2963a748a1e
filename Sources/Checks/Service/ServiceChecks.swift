import Expressions
import RunHost
import RunbookModel

/// A service of the profile is started, or stopped.
struct ServiceCheck: CheckPerformer {
    let kind = "service"

    func title(_ argument: ArgumentReader) -> String {
        let name = argument.shown("name") ?? argument.shown()
        return "service \(name) \(argument.shown("state") ?? "started")"
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let argument = look.argument
        let name = try argument.text("name") ?? argument.value()?.asString ?? ""
        guard let service = look.context.services[name] else {
            throw ArgumentProblem("the system profile has no service '\(name)'")
        }
        let wantsStopped = try argument.text("state") == "stopped"
        let state = try ServiceProbe(service, look.context, timeout: look.timeout).state()
        return switch state {
        case .running: CheckFinding(wantsStopped ? .notMet : .met, state.detail)
        case .stopped: CheckFinding(wantsStopped ? .met : .notMet, state.detail)
        case .changing: CheckFinding(.notMet, state.detail)
        case .unknown: CheckFinding(.inconclusive, state.detail)
        }
    }
}

/// A process runs, by name, pid file or command line; what is given must all hold for one process.
struct ProcessCheck: CheckPerformer {
    let kind = "process"

    func title(_ argument: ArgumentReader) -> String {
        let words = ["name", "pidfile", "match"].compactMap { argument.shown($0) }
        return "process " + words.joined(separator: " ")
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let name = try look.argument.text("name")
        let match = try look.argument.text("match").map { text throws(PatternProblem) in try Pattern(text) }
        let isMeant = { (process: RunningProcess) throws in
            try (name.map(process.isNamed) ?? true) && (match?.matches(process.commandLine) ?? true)
        }
        if let path = try look.argument.text("pidfile") {
            return try byPidFile(look.context.path(path), match, isMeant)
        }
        guard name != nil || match != nil else { throw ArgumentProblem("one of name, pidfile or match is needed") }
        let found = try RunningProcess.others().filter(isMeant)
        guard let first = found.first else { return CheckFinding(.notMet, "no such process") }
        return CheckFinding(
            .met, found.count == 1 ? "process \(first.pid) runs" : "\(found.count) processes run",
            value: .int(Int64(found.count)))
    }

    private func byPidFile(
        _ path: String, _ match: Pattern?, _ isMeant: (RunningProcess) throws -> Bool
    ) throws -> CheckFinding {
        switch try PidFile.read(path, match: match) {
        case .missing: CheckFinding(.notMet, "there is no pid file \(path)")
        case .stale(let pid): CheckFinding(.notMet, "process \(pid) of \(path) is gone")
        case .unclear(let reason): CheckFinding(.inconclusive, reason)
        case .running(let process):
            try isMeant(process)
                ? CheckFinding(.met, "process \(process.pid) runs")
                : CheckFinding(.notMet, "process \(process.pid) is another program")
        }
    }
}
