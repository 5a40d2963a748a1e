import Expressions
import Testing

/// What people and programs are shown of runs.
@Suite struct StatusTests {
    private func parked() throws -> BelayHome {
        let home = try BelayHome(["asking": Runbooks.asking])
        home.belay("run", "asking", "-i", "place=\(home.path)")
        return home
    }

    @Test func statusSaysWhereARunStandsWhyAndWhatGoesOn() throws {
        let home = try parked()
        let result = home.belay("status")
        #expect(result.exit == 0)
        let text = masked(result.output, home).split(separator: "\n", omittingEmptySubsequences: false)
        let shown = text.filter { !$0.hasPrefix("  started") }.joined(separator: "\n")
        #expect(
            shown == """
                run 1 of asking: needs a decision  LENGTH
                  files      HOME/state/runs/000001-asking

                  ✔ one  LENGTH
                  ✘ two  LENGTH  exit 1
                  · three

                two: exit 1

                  belay decide 1 two retry --why "…" --resume      # try again
                  belay decide 1 two accept --why "…" --resume     # let it stand as it is and go on
                  belay decide 1 two mark-done --why "…" --resume  # it has been done by hand; go on
                  belay decide 1 rollback --why "…" --resume       # put everything back
                  belay decide 1 keep --why "…" --resume           # close the run and keep what was done
                  belay status 1                                   # everything about the run

                """)
    }

    @Test func statusSaysWhenTheFileHasChangedSinceTheStart() throws {
        let home = try parked()
        #expect(!home.belay("status").output.contains("changed"))
        try home.write(Runbooks.asking + "\n# changed\n", to: "runbooks/asking.yml")
        #expect(home.belay("status").output.contains("asking.yml since the start"))
    }

    @Test func statusAsJSONHasStepsQuestionsAndCommands() throws {
        let view = try parked().belay("status", "--output", "json").json
        #expect(view["version"] == 1)
        #expect(view["run"] == 1)
        #expect(view["activity"] == "attention")
        #expect(view["is_open"] == true)
        #expect(view["steps"]?.asList?.compactMap { $0["state"]?.asString } == ["succeeded", "failed", "pending"])
        let question = try #require(view["questions"]?.asList?.first)
        #expect(question["step"] == "two")
        #expect(question["choices"]?.asList?.first?["choice"] == "retry")
        #expect(view["next"]?.asList?.isEmpty == false)
    }

    @Test func aRunThatSucceedsWithoutHandlersHasItsOutputs() throws {
        let home = try BelayHome([
            "counting":
                "runbook: counting\nsteps:\n  - {id: count, set: {a: 1 + 1}}\noutputs: {total: steps.count.outputs.a}\n"
        ])
        #expect(home.belay("run", "counting").exit == 0)
        #expect(home.belay("status", "--output", "json").json["outputs"]?["total"] == 2)
    }

    @Test func whatIsInsideAGroupThatWasPassedOverIsShownAsSkipped() throws {
        let home = try BelayHome([
            "passed": """
            runbook: passed
            steps:
              - id: group
                when: "false"
                steps: [{id: inner, run: echo inner, undo: none}]
              - id: ladder
                first_of:
                  until: {that: "true"}
                  remedies: [{id: remedy, run: echo remedy, undo: none}]
            """
        ])
        #expect(home.belay("run", "passed").exit == 0)
        let view = home.belay("status", "1", "--output", "json").json
        let states = view["steps"]?.asList?.compactMap { $0["state"]?.asString }
        #expect(states == ["skipped", "skipped", "skipped", "skipped"])
        #expect(view["counts"]?["settled"] == view["counts"]?["total"])
    }

    @Test func runsListsAndFilters() throws {
        let home = try parked()
        try home.write(Runbooks.good, to: "runbooks/good.yml")
        home.belay("run", "good")
        func runs(_ words: String...) -> [Int64] {
            let view = home.start(["runs", "--output", "json"] + words).wait().json
            return view["runs"]?.asList?.compactMap { $0["run"]?.asInt } ?? []
        }
        #expect(runs() == [2, 1])
        #expect(runs("--open") == [1])
        #expect(runs("--closed") == [2])
        #expect(runs("--runbook", "good") == [2])
        #expect(runs("--outcome", "succeeded") == [2])
        #expect(runs("-n", "1") == [2])
        let table = home.belay("runs").output
        #expect(table.hasPrefix("RUN  RUNBOOK"))
        #expect(table.contains("needs a decision"))
    }

    @Test func withoutRunsThereIsNothingToShowAndNothingIsMade() throws {
        let home = try BelayHome()
        #expect(home.belay("runs").output == "no runs\n")
        #expect(home.belay("locks").output == "no locks are held\n")
        let status = home.belay("status")
        #expect(status.exit == 8)
        #expect(status.errors.contains("no runs yet"))
        #expect(!home.exists("state"))
    }

    @Test func aRunThatIsNotThereExits3() throws {
        let home = try parked()
        for command in ["status", "logs", "events", "resume", "rollback", "retry", "rerun"] {
            let result = home.belay(command, "99")
            #expect(result.exit == 3)
            #expect(result.errors.contains("there is no run 99"))
        }
    }

    @Test func eventsTellTheHistoryOneLineEach() throws {
        let home = try BelayHome(["good": Runbooks.good])
        home.belay("run", "good")
        let lines = masked(home.belay("events", "1").output, home).split(separator: "\n")
        #expect(lines.first?.hasPrefix("DATE TIME     1  run of good opened by ") == true)
        #expect(lines.contains { $0.hasSuffix("  greet: action started (attempt 1)") })
        #expect(lines.last?.hasSuffix("closed: succeeded") == true)
        let all = home.belay("events", "1", "--output", "json").jsonLines
        #expect(all.compactMap { $0["number"]?.asInt } == Array(1...Int64(all.count)))
        #expect(home.belay("events", "1", "--after", "5", "--output", "json").jsonLines.first?["number"] == 6)
    }

    @Test func logsNameTheirStepWhereSeveralAreMixed() throws {
        let home = try BelayHome(["bad": Runbooks.bad])
        home.belay("run", "bad")
        #expect(
            home.belay("logs", "1").output == """
                one#1 │ one
                two#1 │ broken
                two#2 (undo) │ undo two
                one#2 (undo) │ undo one

                """)
        let line = try #require(home.belay("logs", "1", "two", "--output", "json").jsonLines.first)
        #expect(line["stream"] == "stderr")
        #expect(line["line"] == "broken")
        #expect(line["attempt"] == 1)
        #expect(home.belay("logs", "1", "four").errors.contains("run 1 has no step 'four'"))
    }

    @Test func logsFollowUntilTheRunCloses() throws {
        let home = try BelayHome(["gated": Runbooks.gated])
        home.makeGate()
        let run = home.start(["run", "gated", "-i", "place=\(home.path)"])
        try eventually("the run is driven") { home.belay("status", "1").output.contains("running") }
        let logs = home.start(["logs", "1", "-f"])
        try home.openGate()
        #expect(run.wait().exit == 0)
        #expect(logs.wait().output == "after#1 │ after\n")
    }

    @Test func graphShowsNeedsAndStates() throws {
        let home = try parked()
        #expect(home.belay("graph", "asking").output == "  · one\n  · two  needs one\n  · three  needs two\n")
        #expect(home.belay("graph", "1").output == "  ✔ one\n  ✘ two  needs one\n  · three  needs two\n")
        let mermaid = home.belay("graph", "1", "--format", "mermaid").output
        #expect(mermaid.hasPrefix("flowchart TD\n"))
        #expect(mermaid.contains(#"s1["two"]:::failed"#))
        #expect(mermaid.contains("s0 --> s1"))
    }
}
