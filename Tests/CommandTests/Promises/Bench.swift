import RunMachine
import RunbookModel
import TestSupport
import Testing

/// Runbooks in a scratch directory, and the built `belay` to work on them.
struct Bench {
    let scratch: ScratchDirectory
    var belay: BelayBinary

    /// Runbooks by name.
    init(_ runbooks: [String: String]) throws {
        scratch = try ScratchDirectory()
        belay = BelayBinary(in: scratch)
        belay.environment["HERE"] = scratch.path
        for (name, text) in runbooks { try write(name, text) }
    }

    func write(_ name: String, _ text: String) throws {
        try scratch.write("runbook: \(name)\nenv: {HERE: \(scratch.path)}\n\(text)", to: "runbooks/\(name).yml")
    }

    /// The exit code of a command; its output is added to `output`.
    @discardableResult
    func callAsFunction(_ words: String...) throws -> Int32 { try exit(of: belay.start(words).wait()) }

    func exit(of end: Spawned.End) throws -> Int32 {
        guard case .exited(let code) = end else { throw TestFailure("\(end)\n\(output)") }
        return code
    }

    var output: String { belay.output }

    /// Until a file of the scratch directory is there. The shell waits: it comes from another process.
    func waitFor(_ name: String) throws {
        let loop = #"i=0; until test -e "$0"; do sleep 0.02; i=$((i+1)); test $i -lt 1000 || exit 1; done"#
        let wait = try Spawned(
            ["sh", "-c", loop, scratch.file(name)], environment: belay.environment, directory: scratch.path,
            output: scratch.file("output"))
        try #require(wait.wait() == .exited(0), "\(name) did not come\n\(output)")
    }

    func record(_ run: Int64 = 1) throws -> RunRecord { try inspector(run).record() }
    func step(_ path: StepPath, _ run: Int64 = 1) throws -> StepRecord {
        try #require(try inspector(run).steps()[path], "\(path)\n\(output)")
    }
    func events(_ run: Int64 = 1) throws -> [RunEvent] { try inspector(run).events() }

    func inspector(_ run: Int64 = 1) throws -> RunInspector { try RunInspector(state: belay.state, run: run) }

    /// Every journal in which a test worked must be whole.
    func expectClean() throws {
        let audit = try inspector().audit()
        #expect(audit.isClean, "\(audit.findings)")
    }
}
