import RunMachine
import TestSupport
import Testing

/// `resume --adopt`: an open run moves to its changed files where nothing is different that has begun.
@Suite struct AdoptTests {
    private static func text(first: String, second: String, more: String = "") -> String {
        """
        files: [scripts/]
        steps:
          - id: first
            run: \(first)
            undo: {run: echo unfirst >>"$HERE/log"}
          - id: second
            run: \(second)
            on_failure: stop
            undo: none
        \(more)
        """
    }

    /// A run that stands at its second step.
    private func standing() throws -> Bench {
        let belay = try Bench(["plan": Self.text(first: #"echo first >>"$HERE/log""#, second: "exit 1")])
        try belay.scratch.write("echo old", to: "runbooks/scripts/tool.sh")
        #expect(try belay("run", "plan") == 4, "\(belay.output)")
        return belay
    }

    @Test func whatHasNotBegunMayChangeAndComeAndGo() throws {
        let belay = try Bench([
            "plan": """
            steps:
              - id: first
                run: echo first >>"$HERE/log"
                undo: none
              - id: second
                verify: [{run: exit 2}]
                on_failure: stop
              - id: third
                run: echo third >>"$HERE/log"
                undo: none
            """
        ])
        #expect(try belay("run", "plan", "--until", "first") == 4, "\(belay.output)")
        try belay.write(
            "plan",
            """
            steps:
              - id: first
                run: echo first >>"$HERE/log"
                undo: none
              - id: other
                run: sh "$BELAY_FILES/scripts/tool.sh" >>"$HERE/log"
                undo: none
            files: [scripts/]
            locks: [fresh]
            """)
        try belay.scratch.write("echo tool", to: "runbooks/scripts/tool.sh")
        #expect(try belay("resume", "1", "--adopt") == 0, "\(belay.output)")
        #expect(belay.scratch.text("log") == "first\ntool\n")
        let wasTold = try belay.events().contains { if case .adopted = $0 { true } else { false } }
        #expect(wasTold)
        #expect(try belay.events().contains(.lockTaken(name: "fresh")))
        try belay.expectClean()
    }

    @Test func aStepThatHasBegunMustNotChangeAndTheDifferenceIsShown() throws {
        let belay = try standing()
        try belay.write("plan", Self.text(first: #"echo changed >>"$HERE/log""#, second: "exit 1"))
        #expect(try belay("resume", "1", "--adopt") == 3, "\(belay.output)")
        #expect(
            belay.output.contains(#"  - run: echo first >>"$HERE/log""#)
                || belay.output.contains(#"-     run: echo first"#), "\(belay.output)")
        #expect(belay.output.contains("step 'first':"))
        #expect(!belay.output.contains("step 'second':"))
        let wasTold = try belay.events().contains { if case .adopted = $0 { true } else { false } }
        #expect(!wasTold)
        #expect(try belay("rollback", "1") == 5, "\(belay.output)")
        #expect(belay.scratch.text("log") == "first\nunfirst\n")
    }

    @Test func theFailedStepItselfHasBegunToo() throws {
        let belay = try standing()
        try belay.write("plan", Self.text(first: #"echo first >>"$HERE/log""#, second: "exit 0"))
        #expect(try belay("resume", "1", "--adopt") == 3, "\(belay.output)")
        #expect(belay.output.contains("step 'second':"))
    }

    @Test func aFileThatAStepMayUseAgainMustNotChange() throws {
        let belay = try standing()
        try belay.scratch.write("echo new", to: "runbooks/scripts/tool.sh")
        #expect(try belay("resume", "1", "--adopt") == 3, "\(belay.output)")
        #expect(belay.output.contains("file 'plan/scripts/tool.sh'"))
    }

    @Test func withoutAnyChangeItIsAnOrdinaryResume() throws {
        let belay = try standing()
        #expect(try belay("resume", "1", "--adopt") == 4, "\(belay.output)")
        let wasTold = try belay.events().contains { if case .adopted = $0 { true } else { false } }
        #expect(!wasTold)
    }
}
