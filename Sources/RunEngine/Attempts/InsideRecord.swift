import FoundationEssentials
import Glibc
import RunHost
import RunMachine
import RunPlan

/// The marks of an action that the driver itself performs: the same file as for a command, with the outcome beside it.
enum InsideRecord {
    /// Before the first effect.
    static func begin(_ file: AttemptFile, _ attempt: PreparedAttempt, _ host: EngineHost) throws {
        let me = HostProcess.read(pid: getpid())
        try file.write(
            AttemptStarted(
                token: UInt64(attempt.intent.token, radix: 16) ?? 0, pid: getpid(), startTicks: me?.startTicks ?? 0,
                wallTime: host.clock.wallTime(), bootTime: host.clock.bootTime(), deadline: nil))
        host.crashPoint("driver.inside_started")
    }

    /// After the last effect.
    static func end(
        _ file: AttemptFile, _ attempt: PreparedAttempt, _ outcome: AttemptOutcome, _ host: EngineHost
    ) throws {
        let bytes = Array(try JSONEncoder().encode(outcome))
        let path = attempt.directory + "/output"
        try HostFiles.writeAtomically(bytes, to: path)
        var result = AttemptResult(
            token: UInt64(attempt.intent.token, radix: 16) ?? 0, ending: .exited(outcome.kind == .done ? 0 : 1),
            pid: getpid(), startedWallTime: attempt.intent.at.wall * 1_000_000, endedWallTime: host.clock.wallTime(),
            startedBootTime: attempt.intent.at.boot * 1_000_000, endedBootTime: host.clock.bootTime())
        result.output = try FileDigest.ofFile(path)
        try file.write(result)
    }

    /// The outcome that an earlier driver left.
    static func outcome(in directory: String) -> AttemptOutcome? {
        guard let bytes = try? HostFiles.read(directory + "/output", limit: 16 << 20) else { return nil }
        return try? JSONDecoder().decode(AttemptOutcome.self, from: Data(bytes))
    }
}
