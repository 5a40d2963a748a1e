import Testing

@testable import RunbookLoading

/// Which names an expression sees where it stands.
@Suite struct ScopeTests {
    /// What is reported for these steps, after the common head.
    private func problems(_ steps: String, head: String = "") -> String {
        let text = "runbook: test\n\(head)\nsteps:\n\(steps)\n"
        return Fixture.load([("test.yml", text)]).1
    }

    @Test(arguments: [
        // A group sees its own steps and those before the group.
        "  - {id: a, run: x, undo: none}\n  - id: g\n    steps: [{id: b, when: steps.a.exit == 0, run: x, undo: none}]",
        // Outside, the steps of a group are below it.
        "  - id: g\n    steps: [{id: b, run: x, undo: none}]\n  - {id: c, when: steps.g.steps.b.exit == 0, run: x, undo: none}",
        // An inner step hides an outer one of the same name.
        "  - {id: a, run: x, undo: none}\n  - id: g\n    steps: [{id: a, run: x, undo: none, outputs: {p: {type: int}}}, "
            + "{id: b, when: steps.a.outputs.p > 1, run: x, undo: none}]",
        // The variable of a foreach, with the type of its items.
        "  - {id: a, foreach: '[1, 2]', as: n, command: [echo, \"${{ n + 1 }}\"], undo: none}",
        // The result of the action.
        "  - {id: a, run: x, expect: \"exit in [0, 2] && stderr == ''\", undo: none, outputs: {n: stdout.size()}}",
    ])
    func theseNamesAreSeen(steps: String) {
        #expect(problems(steps) == "")
    }

    @Test(arguments: [
        ("  - {id: a, when: n > 1, run: x, undo: none}", "unknown name 'n'"),
        (
            "  - {id: a, foreach: '[1, 2]', as: n, command: [echo, \"${{ n + 'x' }}\"], undo: none}",
            "does not apply to int and string"
        ),
        ("  - {id: a, run: x, undo: none}\n  - {id: b, when: exit == 0, run: x, undo: none}", "unknown name 'exit'"),
        ("  - {id: a, run: x, undo: none, when: failure.step == 'x'}", "unknown name 'failure'"),
        (
            "  - {id: a, env: {X: y}, run: x, undo: none}\n  - {id: b, when: env.X == 'y', run: x, undo: none}",
            "unknown entry of env 'X'"
        ),
        ("  - {id: a, http: {url: http://x, expect: exit == 0}, undo: none}", "unknown name 'exit'"),
        ("  - {id: a, when: run.number > 1, run: x, undo: none}", "unknown field of run 'number'"),
        ("  - {id: a, when: facts.cores > 1, run: x, undo: none}", "unknown fact 'cores'"),
        (
            "  - {id: a, run: x, undo: none}\n  - {id: b, when: steps.a.status == '', run: x, undo: none}",
            "unknown field of a step 'status'"
        ),
        ("  - {id: a, foreach: '[1, 2]', as: n, when: n > 1, run: x, undo: none}", "unknown name 'n'"),
        ("  - {id: a, env: {X: y}, command: [echo, \"${{ env.X }}\"], undo: none}", "unknown entry of env 'X'"),
    ])
    func theseNamesAreNot(steps: String, message: String) {
        let text = problems(steps)
        #expect(text.contains(message), "\(text)")
        #expect(text.hasSuffix("\n1 error\n"), "\(text)")
    }

    @Test func theProfileIsSeenAsFarAsItIsRequired() {
        let step = "  - {id: a, command: [echo, \"${{ system.home }}\"], undo: none}"
        #expect(problems(step) == "")
        #expect(problems(step, head: "requires: {system: [home]}") == "")
        #expect(problems(step, head: "requires: {system: [health.url]}").contains("unknown profile key 'home'"))
    }

    @Test func whatIsRequiredWholeIsSeenWhole() {
        let step = "  - {id: a, command: [echo, \"${{ system.health.url }}\"], undo: none}"
        #expect(problems(step, head: "requires: {system: [health]}") == "")
    }

    @Test func textCanBeReadAsYAML() {
        #expect(problems("  - {id: a, run: x, undo: none, outputs: {n: 'yaml(stdout).list[0].name'}}") == "")
    }
}
