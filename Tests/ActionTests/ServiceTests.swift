import Actions
import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel
import Synchronization
import Testing

/// Real services: a program that stays, started and stopped by the action.
@Suite struct ServiceTests {
    private let around = Surroundings()
    private let recorded = Recorder()

    private final class Recorder: Sendable {
        private let values = Mutex<[Value]>([])
        var all: [Value] { values.withLock { $0 } }
        func take(_ value: Value) -> Bool {
            values.withLock { $0.append(value) }
            return true
        }
    }

    private typealias Commands = ServiceDeclaration.Commands

    private func context(_ commands: ServiceDeclaration.Commands, after: [String] = []) -> ActionContext {
        let recorded = recorded
        var context = around.actions(clock: .live) { recorded.take($0) }
        context.timeout = .seconds(20)
        context.checks.services["app"] = ServiceDeclaration(
            name: "app", control: .commands(commands), after: after, span: Writing.span)
        return context
    }

    private func bring(_ state: String, in context: ActionContext) -> ActionResult {
        around.perform("service", ["name": "app", "state": .string(state)], in: context)
    }

    private func undo(_ result: ActionResult, in context: ActionContext) -> ActionResult.Outcome? {
        let performer = BuiltInActions.all.first { $0.kind == "service" }
        return result.undoData.flatMap { performer?.undo($0, in: context)?.outcome }
    }

    private func isRunning(_ context: ActionContext) -> Bool {
        around.look("service", "app", in: context.checks).answer == .met
    }

    /// A program in the foreground, known by its command line.
    private func foreground(_ program: [String]? = nil) -> ServiceDeclaration.Commands {
        let marker = around.write("served", "")
        var commands = Commands(
            start: program ?? ["tail", "-f", marker], stop: .signal("TERM", grace: .seconds(10)))
        commands.match = "^tail -f \(marker)"
        return commands
    }

    /// A program that goes into the background and writes its pid, and does not heed TERM.
    private func daemon(stop: ServiceDeclaration.Stop) -> ServiceDeclaration.Commands {
        let start = "trap '' TERM; tail -f \(around.directory)/log >/dev/null 2>&1 & echo $! > app.pid"
        around.write("log", "")
        var commands = Commands(start: ["sh", "-c", start], stop: stop)
        commands.pidfile = "app.pid"
        return commands
    }

    @Test func aForegroundProgramIsStartedStoppedAndPutBack() {
        let context = context(foreground())
        let started = bring("started", in: context)
        #expect(started.outcome == .done)
        #expect(started.undoData == ["service": "app", "before": "stopped"])
        #expect(recorded.all == [["service": "app", "before": "stopped"]])
        #expect(isRunning(context))
        // What is so already stays as it is.
        let before = around.look("service", "app", in: context.checks).detail
        #expect(bring("started", in: context).outcome == .done)
        #expect(around.look("service", "app", in: context.checks).detail == before)

        let stopped = bring("stopped", in: context)
        #expect(stopped.outcome == .done)
        #expect(stopped.undoData?["before"] == "running")
        #expect(!isRunning(context))
        #expect(undo(stopped, in: context) == .done)
        #expect(isRunning(context))
        #expect(undo(started, in: context) == .done)
        #expect(!isRunning(context))
        #expect(undo(started, in: context) == .done)
    }

    @Test func aRestartReplacesTheProcess() {
        let context = context(foreground())
        #expect(bring("started", in: context).outcome == .done)
        let before = around.look("service", "app", in: context.checks).detail
        #expect(bring("restarted", in: context).outcome == .done)
        #expect(isRunning(context))
        #expect(around.look("service", "app", in: context.checks).detail != before)
        #expect(bring("stopped", in: context).outcome == .done)
    }

    @Test func aProgramThatHeedsNoSignalIsKilledAfterTheGrace() {
        let context = context(daemon(stop: .signal("TERM", grace: .milliseconds(60))))
        #expect(bring("started", in: context).outcome == .done)
        #expect(isRunning(context))
        #expect(bring("stopped", in: context).outcome == .done)
        #expect(!isRunning(context))
        // Its pid file would keep it from starting.
        #expect(around.read("app.pid") == nil)
        #expect(bring("stopped", in: context).outcome == .done)
    }

    @Test func aStalePidFileIsNoRunningService() {
        around.write("app.pid", "4194399")
        let context = context(daemon(stop: .signal("KILL", grace: .seconds(5))))
        #expect(bring("stopped", in: context).outcome == .done)
        #expect(bring("started", in: context).outcome == .done)
        #expect(around.read("app.pid") != "4194399")
        #expect(bring("stopped", in: context).outcome == .done)
    }

    @Test func aProcessThatDoesNotMatchIsNeverSignalled() throws {
        let (bystander, ended) = try around.follow(around.write("bystander", ""))
        around.write("app.pid", "\(bystander.pid)")
        var commands = Commands(start: ["true"], stop: .signal("KILL", grace: .seconds(1)))
        commands.pidfile = "app.pid"
        commands.match = "no-such-program"
        #expect(bring("stopped", in: context(commands)).outcome == .done)
        #expect(ended() == nil)
        kill(bystander.pid, SIGKILL)
    }

    @Test func aStartThatFailsSaysWhy() {
        let context = context(foreground(["sh", "-c", "echo 'port is taken' >&2; exit 3"]))
        #expect(
            bring("started", in: context).outcome
                == .failed(reason: "'app': sh: exit 3: port is taken", cause: .error))
        #expect(recorded.all.count == 1)
    }

    @Test func aServiceThatDoesNotComeUpFailsInTime() {
        var context = context(foreground(["true"]))
        context.timeout = .milliseconds(100)
        guard case .failed(_, .timeout) = bring("started", in: context).outcome else {
            Issue.record("it did not time out")
            return
        }
    }

    @Test func commandsControlAndShowTheState() {
        var commands = Commands(start: ["touch", "up"], stop: .command(["rm", "up"]))
        commands.status = ["test", "-e", "up"]
        commands.reload = ["sh", "-c", "echo again >> reloads"]
        let context = context(commands)
        #expect(
            bring("reloaded", in: context).outcome
                == .failed(
                    reason: "'app': it does not run, so it cannot be reloaded", cause: .error))
        #expect(bring("started", in: context).outcome == .done)
        #expect(around.read("up") == "")
        #expect(bring("reloaded", in: context).outcome == .done)
        #expect(around.read("reloads") == "again\n")
        #expect(bring("stopped", in: context).outcome == .done)
        #expect(around.read("up") == nil)
    }

    @Test func whatCannotBeToldIsNotTouched() {
        var commands = Commands(start: ["touch", "up"], stop: .command(["touch", "down"]))
        commands.status = ["sh", "-c", "exit 4"]
        let context = context(commands)
        guard case .failed(let reason, .error) = bring("stopped", in: context).outcome else {
            Issue.record("it did not fail")
            return
        }
        #expect(reason.contains("nothing was done"))
        #expect(around.read("down") == nil)
        #expect(recorded.all.isEmpty)
    }

    @Test func aServiceThatNobodyCanSeeIsControlledAndNotPutBack() {
        let context = context(Commands(start: ["touch", "up"], stop: .command(["rm", "up"])))
        let started = bring("started", in: context)
        #expect(started.outcome == .done)
        #expect(around.read("up") == "")
        guard case .failed = undo(started, in: context) else {
            Issue.record("the undo guessed")
            return
        }
    }

    @Test func aLaterAttemptKeepsWhatTheFirstRecorded() {
        var context = context(foreground())
        context.undoData = ["service": "app", "before": "running"]
        #expect(bring("stopped", in: context).undoData == ["service": "app", "before": "running"])
        #expect(recorded.all.isEmpty)
    }

    @Test func nothingIsDoneWhereTheStateBeforeCannotBeJournaled() {
        var context = context(Commands(start: ["touch", "up"], stop: .command(["true"])))
        context.recordUndoData = { _ in false }
        guard case .failed = bring("started", in: context).outcome else {
            Issue.record("it did not fail")
            return
        }
        #expect(around.read("up") == nil)
    }

    @Test(arguments: [
        ("LoadState=loaded\nActiveState=active\n", CheckAnswer.met),
        ("LoadState=loaded\nActiveState=reloading\n", .met), ("LoadState=loaded\nActiveState=failed\n", .notMet),
        ("LoadState=loaded\nActiveState=inactive\n", .notMet), ("LoadState=loaded\nActiveState=activating\n", .notMet),
        ("LoadState=not-found\nActiveState=inactive\n", .inconclusive), ("", .inconclusive),
    ])
    func aUnitIsAsSystemdSays(_ says: String, _ answer: CheckAnswer) {
        var context = around.checks()
        context.services["app"] = ServiceDeclaration(
            name: "app", control: .systemd(unit: "app.service"), after: [], span: Writing.span)
        context.runProcess = { probe, _ in
            probe.arguments.prefix(2) == ["systemctl", "show"] && probe.arguments.last == "app.service"
                ? ProcessProbeResult(.exited(0), stdout: Array(says.utf8)) : ProcessProbeResult(.exited(1))
        }
        #expect(around.look("service", "app", in: context).answer == answer)
        context.runProcess = { _, _ in ProcessProbeResult(.notStarted("no such program")) }
        #expect(around.look("service", "app", in: context).answer == .inconclusive)
    }

    @Test func aServiceThatMustComeBeforeIsNamed() {
        var context = context(Commands(start: ["true"], stop: .command(["true"])), after: ["base"])
        var base = Commands(start: ["true"], stop: .command(["true"]))
        base.status = ["false"]
        context.checks.services["base"] = ServiceDeclaration(
            name: "base", control: .commands(base), after: [], span: Writing.span)
        #expect(bring("started", in: context).notes == ["'base', which 'app' comes after, does not run"])
    }
}
