import Actions
import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel
import Synchronization

/// A directory of one test, and contexts in it that touch nothing else.
final class Surroundings: Sendable {
    let directory: String
    let clock = ManualWait()

    init() {
        var template = Array("/tmp/belay-actions-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary directory") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { _ = LiveProcesses.run(ProcessProbe(["rm", "-rf", directory], in: "/", process, timeout: .seconds(10))) }

    let process = ProcessContext(
        environment: ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"], shell: ["bash", "-euo", "pipefail"])

    func path(_ name: String) -> String { directory + "/" + name }

    @discardableResult
    func write(_ name: String, _ text: String, mode: mode_t = 0o644) -> String {
        write(name, Array(text.utf8), mode: mode)
    }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) -> String {
        do {
            try HostFiles.writeAtomically(bytes, to: path(name), mode: mode)
        } catch {
            fatalError("\(error)")
        }
        return path(name)
    }

    func read(_ name: String) -> String? { HostFiles.text(of: path(name)) }

    /// Real processes and files, no network, and the manual clock unless another is given.
    func checks(_ variables: [String: Value] = [:], clock: WaitClock? = nil) -> CheckContext {
        var context = CheckContext(
            bindings: DictionaryBindings(variables), directory: directory, process: process, http: .unavailable,
            clock: clock ?? self.clock.clock, runProcess: { probe, _ in LiveProcesses.run(probe) })
        context.scratchDirectory = directory
        return context
    }

    func actions(
        _ variables: [String: Value] = [:], clock: WaitClock? = nil,
        record: @escaping @Sendable (Value) -> Bool = { _ in true }
    ) -> ActionContext {
        ActionContext(
            checks: checks(variables, clock: clock),
            identity: ActionIdentity(run: 42, runbook: "update", step: "stop", attempt: 1, host: "web1"),
            stepDirectory: directory, artifacts: directory,
            mask: { $0.split(separator: "s3cret", omittingEmptySubsequences: false).joined(separator: "***") },
            startDetached: LiveProcesses.startDetached, recordUndoData: record)
    }

    /// A process that runs until it is killed: `tail -f` on this file.
    func follow(_ file: String) throws -> (RunningProcess, ended: @Sendable () -> ProcessProbeResult?) {
        let probe = ProcessProbe(["tail", "-f", file], in: "/", process, timeout: .seconds(60))
        guard case .started(let ended) = LiveProcesses.startDetached(probe) else { fatalError("tail does not start") }
        while ended() == nil {
            let found = try RunningProcess.others().first { $0.commandLine == "tail -f \(file)" }
            if let found { return (found, ended) }
            poll(nil, 0, 1)
        }
        fatalError("tail ended")
    }

    /// The answer of one check.
    func look(_ kind: String, _ value: Value, in context: CheckContext? = nil) -> CheckResult {
        let report = CheckEvaluator().evaluate([Writing.check(kind, value)], in: context ?? checks())
        return report.results[0]
    }

    /// The result of one built-in action.
    func perform(_ kind: String, _ value: Value, in context: ActionContext? = nil) -> ActionResult {
        let performer = BuiltInActions.all.first { $0.kind == kind }!
        return performer.perform(Writing.action(kind, value), in: context ?? actions())
    }
}

/// A clock that moves only when somebody waits, and then at once.
final class ManualWait: Sendable {
    private struct State {
        var now: Int64 = 0
        var waits: [Int64] = []
        var cancelAfter: Int?
    }

    private let state = Mutex(State())
    /// 2023-11-14T22:13:20Z, a Tuesday.
    static let start: Int64 = 1_700_000_000_000

    var clock: WaitClock {
        WaitClock(
            wall: { Self.start + self.now }, boot: { self.now },
            wait: { milliseconds, cancellation in
                self.state.withLock {
                    $0.waits.append(milliseconds)
                    $0.now += milliseconds
                    if let count = $0.cancelAfter, $0.waits.count >= count { cancellation.cancel() }
                }
                return !cancellation.isCancelled
            })
    }

    var now: Int64 { state.withLock { $0.now } }
    var waits: [Int64] { state.withLock { $0.waits } }

    func advance(_ milliseconds: Int64) { state.withLock { $0.now += milliseconds } }

    /// The wait of that number is cut short.
    func cancelAtWait(_ number: Int) { state.withLock { $0.cancelAfter = number } }
}
