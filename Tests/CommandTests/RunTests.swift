import Testing

/// How a run ends, what it prints and with which exit code.
@Suite struct RunTests {
    @Test func aRunThatSucceedsExits0() throws {
        let home = try BelayHome(["good": Runbooks.good])
        let result = home.belay("run", "good", "-i", "who=you")
        #expect(result.exit == 0)
        #expect(
            masked(result.output, home) == """
                TIME  ▸ greet
                TIME  ✔ greet  LENGTH
                TIME  ▸ check
                TIME  ✔ check  LENGTH

                run 1 of good: succeeded  LENGTH

                  belay rollback 1  # take back what it did

                """)
        #expect(home.belay("logs", "1", "greet").output == "hello you\n")
    }

    @Test func aRunThatIsRolledBackExits5() throws {
        let home = try BelayHome(["bad": Runbooks.bad])
        let result = home.belay("run", "bad")
        #expect(result.exit == 5)
        #expect(
            masked(result.output, home) == """
                TIME  ▸ one
                TIME  ✔ one  LENGTH
                TIME  ▸ two
                TIME  ✘ two  failed: exit 3: broken
                TIME  ◂ rolling back: exit 3: broken
                TIME  ◂ two  undo
                TIME  ↶ two  undone
                TIME  ◂ one  undo
                TIME  ↶ one  undone

                run 1 of bad: rolled back  LENGTH
                  forward    failed at two: exit 3: broken
                  rollback   done

                  belay logs 1   # what the steps printed
                  belay rerun 1  # a new run with the same inputs

                """)
    }

    @Test func aRunThatNeedsADecisionExits4AndNamesTheCommands() throws {
        let home = try BelayHome(["asking": Runbooks.asking])
        let result = home.belay("run", "asking", "-i", "place=\(home.path)")
        #expect(result.exit == 4)
        #expect(result.output.contains("run 1 of asking: needs a decision"))
        #expect(result.output.contains(#"belay decide 1 two retry --why "…" --resume"#))
        #expect(result.output.contains(#"belay decide 1 rollback --why "…" --resume"#))
    }

    @Test func aRefusedRunExits3AndSaysWhichPreconditionDoesNotHold() throws {
        let home = try BelayHome(["refused": Runbooks.refused])
        let result = home.belay("run", "refused")
        #expect(result.exit == 3)
        #expect(result.output.contains("The moon is made of cheese"))
    }

    @Test func aRunThatIsKeptAfterAFailureExits1() throws {
        let home = try BelayHome(["asking": Runbooks.asking])
        home.belay("run", "asking", "-i", "place=\(home.path)")
        let result = home.belay("cancel", "1", "--keep")
        #expect(result.exit == 1)
        #expect(result.output.contains("run 1 of asking: cancelled"))
    }

    @Test func aBrokenRunbookExits2AndWritesNothing() throws {
        let home = try BelayHome(["broken": Runbooks.broken])
        let result = home.belay("run", "broken")
        #expect(result.exit == 2)
        #expect(result.errors.contains("runbooks/broken.yml:4:5"))
        #expect(result.errors.contains("'run'"))
        #expect(!home.exists("state"))
    }

    @Test func wrongInputsExit2AndWriteNothing() throws {
        let home = try BelayHome(["good": Runbooks.good, "asking": Runbooks.asking])
        let unknown = home.belay("run", "good", "-i", "whom=you")
        #expect(unknown.exit == 2)
        #expect(unknown.errors == "error: the runbook has no input 'whom'\n help: did you mean 'who'?\n")
        let missing = home.belay("run", "asking")
        #expect(missing.exit == 2)
        #expect(missing.errors.contains("input 'place' is required"))
        #expect(!home.exists("state"))
    }

    @Test func aHeldLockExits7AndNamesItsHolder() throws {
        let home = try BelayHome(["asking": Runbooks.asking])
        home.belay("run", "asking", "-i", "place=\(home.path)")
        let result = home.belay("run", "asking", "-i", "place=\(home.path)")
        #expect(result.exit == 7)
        #expect(result.errors.contains("lock 'things' is held by run 1 (asking)"))
        #expect(result.errors.contains("belay cancel 1"))
        #expect(home.belay("locks").output.contains("things"))
    }

    @Test func aStateDirectoryThatIsAFileExits8() throws {
        let home = try BelayHome(["good": Runbooks.good])
        try home.write("", to: "state")
        let result = home.belay("run", "good")
        #expect(result.exit == 8)
        #expect(result.errors.contains("is no directory"))
    }

    @Test func valuesComeFromFilesAndOptionsBeatThem() throws {
        let home = try BelayHome(["good": Runbooks.good])
        try home.write("who: file\n", to: "values.yml")
        home.belay("run", "good", "-f", "values.yml")
        home.belay("run", "good", "-f", "values.yml", "-i", "who=option")
        #expect(home.belay("logs", "1", "greet").output == "hello file\n")
        #expect(home.belay("logs", "2", "greet").output == "hello option\n")
    }

    @Test func untilPausesAfterTheStepAndResumeGoesOn() throws {
        let home = try BelayHome(["good": Runbooks.good])
        let first = home.belay("run", "good", "--until", "greet")
        #expect(first.exit == 4)
        #expect(first.output.contains("run 1 of good: paused"))
        #expect(!first.output.contains("check"))
        #expect(home.belay("resume").exit == 0)
        #expect(home.belay("run", "good", "--until", "gret").errors.contains("did you mean 'greet'?"))
    }

    @Test func thePlanThatWasLookedAtIsTheOneThatRuns() throws {
        let home = try BelayHome(["good": Runbooks.good])
        let plan = home.belay("plan", "good", "--output", "json")
        let digest = try #require(plan.json["digest"]?.asString)
        #expect(home.belay("run", "good", "--plan", String(digest.prefix(12))).exit == 0)
        #expect(home.belay("run", "good", "--plan", digest, "-i", "who=other").exit == 3)
    }

    @Test func aRunTellsItsEventsAsJSONLines() throws {
        let home = try BelayHome(["bad": Runbooks.bad])
        let result = home.belay("run", "bad", "--output", "json")
        let lines = result.jsonLines
        #expect(lines.count == result.output.split(separator: "\n").count)
        #expect(lines.allSatisfy { $0["version"] == 1 })
        #expect(lines.contains { $0["event"] == "step_failed" && $0["step"] == "two" })
        let end = try #require(lines.last)
        #expect(end["type"] == "end")
        #expect(end["exit"] == 5)
        #expect(end["run"]?["outcome"] == "rolled_back")
        #expect(end["run"]?["forward"]?["step"] == "two")
    }

    @Test func quietPrintsTheResultOnly() throws {
        let home = try BelayHome(["good": Runbooks.good])
        let result = home.belay("run", "good", "-q")
        #expect(result.errors.isEmpty)
        #expect(!result.output.contains("▸"))
        #expect(result.output.contains("run 1 of good: succeeded"))
    }

    @Test func aClosedRunIsRolledBackByANewOne() throws {
        let home = try BelayHome(["good": Runbooks.good])
        home.belay("run", "good")
        let result = home.belay("rollback", "1")
        #expect(result.exit == 5)
        #expect(result.output.contains("run 2 of good, undo of run 1: rolled back"))
        #expect(home.belay("logs", "2").output.contains("undone"))
    }

    @Test func theUndoOfAClosedRunFindsWhatItsActionNamedAfterTheRun() throws {
        let home = try BelayHome([
            "named": """
            runbook: named
            steps:
              - id: act
                run: 'echo kept >"$BELAY_ARTIFACTS/note"; echo "$NAME"'
                env: {NAME: "${{ string(run.id) + ' ' + string(run.started) }}"}
                undo: {run: 'cat "$BELAY_ARTIFACTS/note"; echo "$NAME $BELAY_RUN"'}
            """
        ])
        home.belay("run", "named")
        let name = home.belay("logs", "1", "act").output.dropLast()
        #expect(name.hasPrefix("1 20"))
        #expect(home.belay("rollback", "1").exit == 5)
        #expect(home.belay("logs", "2", "act").output == "kept\n\(name) 1\n")
    }

    @Test func rerunTakesTheSameInputs() throws {
        let home = try BelayHome(["good": Runbooks.good])
        home.belay("run", "good", "-i", "who=again")
        #expect(home.belay("rerun", "1").exit == 0)
        #expect(home.belay("logs", "2", "greet").output == "hello again\n")
    }
}
