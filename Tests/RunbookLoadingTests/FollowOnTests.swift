import Testing

@testable import RunbookLoading

/// One mistake is one diagnostic: what follows from it is not reported again.
@Suite struct FollowOnTests {
    @Test(arguments: [
        // The variable of a broken foreach.
        "  - {id: a, foreach: inputs.nothing, as: n, command: [echo, \"${{ n.x }}\"], undo: none}",
        // The outputs of a runbook that is not there.
        "  - {id: a, runbook: nothing}\n  - {id: b, when: steps.a.outputs.x == 1 && steps.a.steps.y.exit == 0, run: x, undo: none}",
        // The effect of a step whose action is broken.
        "  - {id: a, command: nothing}",
        // The undo of a step whose undo is broken.
        "  - {id: a, run: x, undo: {command: nothing}}",
        // A need of a step that could not be decoded.
        "  - {id: a, rnu: x}\n  - {id: b, needs: [a], when: steps.a.exit == 0, run: x, undo: none}",
        // An alias that stands for nothing.
        "  - {id: a, run: x, retry: *nothing, undo: none}",
        // A step in a circle.
        "  - {id: a, needs: [b], run: x, undo: none}\n  - {id: b, needs: [a], when: steps.a.exit == 0, run: x, undo: none}",
    ])
    func oneMistakeIsReportedOnce(steps: String) {
        let problems = Fixture.load([("test.yml", "runbook: test\nsteps:\n\(steps)\n")]).1
        #expect(problems.hasSuffix("\n1 error\n"), "\(problems)")
    }

    @Test func aFileFullOfMistakesIsReportedInTime() {
        let steps = (0..<2_000).map { "  - {id: step_\($0), needs: [setp_\($0)], when: stesp.x, rnu: x}\n" }.joined()
        let problems = Fixture.load([("test.yml", "runbook: test\nsteps:\n\(steps)")]).1
        #expect(problems.contains("error[R101]"))
        #expect(problems.contains(" more\n"))
    }
}
