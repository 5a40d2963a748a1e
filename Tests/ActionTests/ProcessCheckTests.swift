import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel
import Synchronization
import Testing

@Suite struct ProcessCheckTests {
    private let around = Surroundings()

    @Test(arguments: [
        ("true", CheckAnswer.met), ("exit 1", .notMet), ("exit 2", .notMet), ("exit 125", .notMet),
        ("exit 126", .inconclusive), ("no-such-command-here", .inconclusive), ("kill -9 $$", .inconclusive),
        ("false | true", .notMet), ("test \"$UNSET\" = x", .notMet),
    ])
    func aScriptAnswersByItsExit(_ script: String, _ answer: CheckAnswer) {
        #expect(around.look("run", .string(script)).answer == answer)
    }

    @Test func inDoneWhenOnlyOneExitCodeIsNo() {
        var context = around.checks()
        context.isDoneWhen = true
        #expect(around.look("run", "exit 1", in: context).answer == .notMet)
        #expect(around.look("run", "exit 2", in: context).answer == .inconclusive)
        #expect(around.look("command", ["sh", "-c", "exit 2"], in: context).answer == .inconclusive)
    }

    @Test(arguments: [(3, CheckAnswer.notMet), (4, .notMet), (1, .inconclusive), (0, .met)])
    func notMetNamesTheExitCodesThatAreNo(_ code: Int, _ answer: CheckAnswer) {
        let argv: Value = ["argv": ["sh", "-c", .string("exit \(code)")], "not_met": [3, 4]]
        #expect(around.look("command", argv).answer == answer)
    }

    @Test func aScriptThatTakesTooLongIsInconclusive() {
        let call = Writing.check("run", "exec tail -f /dev/null") { $0.timeout = .value(.milliseconds(50)) }
        let result = CheckEvaluator().evaluate([call], in: around.checks()).results[0]
        #expect(result.answer == .inconclusive)
        #expect(result.detail.hasPrefix("timed out"))
    }

    @Test func aMissingProgramIsInconclusive() {
        #expect(around.look("command", ["/no/such/program"]).answer == .inconclusive)
    }

    @Test func theDetailIsTheLastLineThatWasSaid() {
        #expect(around.look("run", "echo fine; echo 'disk is gone' >&2; exit 3").detail == "exit 3: disk is gone")
        #expect(around.look("run", "printf 'a\\nb\\n\\n'").detail == "exit 0: b")
        #expect(around.look("run", "printf '\\377\\200\\001x'; exit 1").answer == .notMet)
    }

    @Test func aLongScriptRunsAndLeavesNothingBehind() {
        let script = String(repeating: "# padding padding padding\n", count: 6_000) + "test -f /etc/passwd"
        #expect(around.look("run", .string(script)).answer == .met)
        #expect(HostFiles.names(in: around.directory).isEmpty)
    }

    @Test func argumentsAreInterpolated() {
        let context = around.checks(["inputs": ["word": "a b; exit 9"]])
        let result = around.look("command", ["test", "${{ inputs.word }}", "=", "a b; exit 9"], in: context)
        #expect(result.answer == .met)
    }

    @Test func aRunningProcessIsFoundByItsCommandLine() throws {
        let marker = around.write("marker-process", "")
        let (found, ended) = try around.follow(marker)
        let pattern: Value = ["match": .string("^tail -f \(marker)$")]
        #expect(around.look("process", pattern).answer == .met)
        #expect(around.look("process", ["name": "tail", "match": .string(marker)]).answer == .met)
        #expect(around.look("process", ["name": "head", "match": .string(marker)]).answer == .notMet)
        let pidfile = around.write("pid", "\(found.pid)\n")
        #expect(around.look("process", ["pidfile": .string(pidfile)]).answer == .met)
        #expect(around.look("process", ["pidfile": .string(pidfile), "match": "nginx"]).answer == .notMet)
        kill(found.pid, SIGKILL)
        while ended() == nil { poll(nil, 0, 1) }
        #expect(around.look("process", pattern).answer == .notMet)
        #expect(around.look("process", ["pidfile": .string(pidfile)]).answer == .notMet)
    }

    @Test(arguments: [
        ("", CheckAnswer.inconclusive), ("no number", .inconclusive), ("-1", .inconclusive), ("0", .inconclusive),
        ("99999999999999999999", .inconclusive), ("4194399\n", .notMet),
    ])
    func aPidFileSaysWhatItCan(_ content: String, _ answer: CheckAnswer) {
        around.write("pid", content)
        #expect(around.look("process", ["pidfile": "pid"]).answer == answer)
        #expect(around.look("process", ["pidfile": "missing"]).answer == .notMet)
    }

    @Test func aNumberThatWasGivenAgainIsNotTheProcess() {
        around.write("pid", "\(getpid())")
        // Written before this process was there.
        var times = [timespec(tv_sec: 1_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000, tv_nsec: 0)]
        utimensat(AT_FDCWD, around.path("pid"), &times, 0)
        #expect(around.look("process", ["pidfile": "pid"]).answer == .inconclusive)
    }

    @Test func belayDoesNotFindItself() {
        let own = RunningProcess.read(getpid())?.commandLine ?? ""
        let pattern = own.map { $0.isLetter || $0.isNumber ? String($0) : "[^a-z]" }.joined()
        #expect(!own.isEmpty)
        #expect(around.look("process", ["match": .string("^\(pattern)$")]).answer == .notMet)
    }

    @Test func whatBelayIsJustStartingIsNotTakenForAnother() throws {
        let own = try #require(RunningProcess.read(getpid())).commandLine
        let probe = ProcessProbe(["true"], in: "/", around.process, timeout: .seconds(60))
        // What an earlier run of these tests has left is none of this one's.
        let strangers = Set(try RunningProcess.others().filter { $0.commandLine == own }.map(\.pid))
        let isOver = Gate()
        try WorkerThread.start(name: "starter") {
            for _ in 0..<300 { _ = LiveProcesses.run(probe) }
            isOver.open()
        }
        while !isOver.isOpen {
            #expect(try RunningProcess.others().allSatisfy { $0.commandLine != own || strangers.contains($0.pid) })
        }
    }
}

/// Says from one thread to another that something is over.
private final class Gate: Sendable {
    private let state = Mutex(false)
    var isOpen: Bool { state.withLock { $0 } }
    func open() { state.withLock { $0 = true } }
}
