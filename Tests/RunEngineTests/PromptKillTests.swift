import Expressions
import Glibc
import RunEngine
import RunJournal
import RunMachine
import RunbookModel
import TestSupport
import Testing

/// Drivers that die while people are asked, and at the moment of their answer: the built program, killed at named points.
@Suite struct PromptKillTests {
    private static let runbook = """
        runbook: people
        steps:
          - id: before
            run: echo before >>"$HOME/ledger"
            undo: none
          - id: drain
            undo: none
            manual: {text: Drain it, form: {left: {type: int}}}
          - id: after
            run: echo "after $LEFT" >>"$HOME/ledger"
            undo: none
            env: {LEFT: "${{ steps.drain.outputs.left }}"}
          - id: ok
            approve: {text: Go on?}
        """

    /// At the n-th time for n = 1, 2, 3 … until nothing is hit any more, in both halves of the run.
    @Test("nothing is asked twice and no answer is lost", arguments: ["driver.before_commit", "driver.after_commit"])
    func nothingIsAskedTwice(point: String) throws {
        for occurrence in 1...40 {
            let crashed = try Self.run(crashAt: "\(point)#\(occurrence)")
            guard crashed else {
                #expect(occurrence > 3, "the point was hardly ever reached")
                return
            }
        }
        Issue.record("there is no end of it")
    }

    /// Whether any driver was killed.
    private static func run(crashAt point: String) throws -> Bool {
        let scratch = try ScratchDirectory()
        try scratch.write(runbook, to: "runbooks/people.yml")
        let belay = BelayBinary(in: scratch)
        var crashed = false
        func driving(_ end: Spawned.End, ends expected: Int32) throws {
            guard case .killed = end else {
                #expect(end == .exited(expected), "\(point): \(belay.output)")
                return
            }
            crashed = true
            let resumed = try belay.resume()
            // Whoever dies after the last commit leaves a closed run.
            let isClosed = try RunInspector(state: belay.state).record().isClosed && resumed == .exited(3)
            #expect(resumed == .exited(expected) || isClosed, "\(point): \(belay.output)")
        }
        try driving(belay.run("people", [:], crashAt: point), ends: 4)
        try answer("drain", .done, ["left": 7], scratch)
        try driving(belay.resume(crashAt: point), ends: 4)
        try answer("ok", .approve, [:], scratch)
        try driving(belay.resume(crashAt: point), ends: 0)
        #expect(scratch.text("ledger") == "before\nafter 7\n", "\(point)")
        let inspector = try RunInspector(state: belay.state)
        let events = try inspector.events()
        #expect(events.count { if case .promptOpened = $0 { true } else { false } } == 2, "\(point)")
        #expect(events.count { if case .answered = $0 { true } else { false } } == 2, "\(point)")
        #expect(try inspector.record().outcome == .succeeded, "\(point)")
        #expect(try inspector.audit().isClean)
        return crashed
    }

    private static func answer(
        _ step: StepPath, _ verdict: HumanAnswer.Verdict, _ values: [String: Value], _ scratch: ScratchDirectory
    ) throws {
        let workspace = try Workspace.discover(
            directory: scratch.path, stateOption: scratch.file("state"), environment: [:])
        let actor = Actor(user: "alice", uid: 1_001, loginUID: 1_001)
        let service = try RunService.open(workspace, creates: false, actor: actor)
        let open = try #require(try service.openPrompts(1).first { $0.step == step })
        var content = AnswerContent(verdict)
        content.values = values
        let now = Moment(wall: open.prompt.openedAt.wall + 1, boot: 0, bootID: "")
        let answer = service.answer(open, content, id: "\(step)", at: now)
        #expect(try service.record(1, answer) == .recorded)
        #expect(try service.record(1, answer) == .repeated)
    }
}
