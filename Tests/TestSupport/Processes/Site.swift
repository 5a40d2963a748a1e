import Glibc
import RunHost
import RunMachine
import RunbookModel

/// A scratch directory with a configuration, one runbook called `work`, and a ledger into which its steps write.
package struct Site: Sendable {
    package let scratch: ScratchDirectory
    package var belay: BelayBinary

    /// `steps` is what stands in the runbook below its `env:`, which gives `$LEDGER`.
    package init(_ body: String) throws {
        scratch = try ScratchDirectory()
        belay = BelayBinary(in: scratch)
        try scratch.write(
            "state: {path: state}\nrunbooks: [.]\nchannels:\n  log: {file: \(scratch.file("notifications.log"))}\n",
            to: "belay.yml")
        try scratch.write("", to: "ledger")
        try scratch.write(
            "runbook: work\ntitle: A test\nenv: {LEDGER: \"\(scratch.file("ledger"))\"}\n\(body)\n", to: "work.yml")
    }

    package func start(crashAt: String? = nil) throws -> Spawned { try belay.startRun("work", [:], crashAt: crashAt) }
    package func run(crashAt: String? = nil) throws -> Spawned.End { try start(crashAt: crashAt).wait() }

    /// The lines that steps wrote, in their order.
    package var ledger: [String] { scratch.text("ledger").split(separator: "\n").map(String.init) }

    package func inspector(_ run: Int64 = 1) throws -> RunInspector { try RunInspector(state: belay.state, run: run) }

    package func attemptDirectory(_ step: String, _ number: Int = 1) -> String {
        "\(belay.state)/runs/000001-work/steps/\(step)/\(number)"
    }

    /// The supervisor of an attempt, as it wrote itself into the attempt's file.
    package func supervisor(_ step: String, _ number: Int = 1) throws -> Int32 {
        let file = try AttemptFile.open(attemptDirectory(step, number) + "/attempt")
        guard let started = try file.slots().started.record else { throw TestFailure("\(step) has not started") }
        return started.pid
    }

    /// Waits for something that other processes bring about.
    package func wait(for what: String, _ isThere: () throws -> Bool) throws {
        for _ in 0..<6_000 {
            if try isThere() { return }
            poll(nil, 0, 5)
        }
        throw TestFailure("\(what) does not come\n\(belay.output)")
    }

    package func waitForLedger(_ line: String) throws { try wait(for: "'\(line)'") { ledger.contains(line) } }
    /// Lets the steps go on that wait for `$LEDGER.go`.
    package func release() throws { try scratch.write("", to: "ledger.go") }
}

extension Site {
    /// A script that tells that it began, waits for `release()`, and tells that it ended.
    package static let gated =
        #"echo begin >>"$LEDGER"; until test -e "$LEDGER.go"; do sleep 0.02; done; echo end >>"$LEDGER""#
}
