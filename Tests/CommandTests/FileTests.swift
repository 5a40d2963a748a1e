import CSQLite
import Expressions
import Testing

/// Commands about runbooks, and about the journal as a file.
@Suite struct FileTests {
    @Test func validateReportsEverythingAndExits2() throws {
        let home = try BelayHome(["broken": Runbooks.broken, "good": Runbooks.good])
        let result = home.belay("validate")
        #expect(result.exit == 2)
        #expect(result.output.contains("runbooks/broken.yml:4:5"))
        #expect(!result.output.contains("good.yml"))
        #expect(home.belay("validate", "runbooks/good.yml").output == "1 file, nothing wrong\n")
        #expect(home.belay("validate", "good", "runbooks").exit == 2)
        let report = home.belay("validate", "--output", "json").json
        #expect(report["version"] == 1)
        let code = try #require(report["diagnostics"]?.asList?.first?["code"]?.asString)
        #expect(home.belay("explain", code.lowercased()).output.hasPrefix("\(code): "))
        #expect(home.belay("explain", code, "--output", "json").json["code"] == .string(code))
    }

    @Test func validateNamesWhatIsNotThere() throws {
        let result = try BelayHome().belay("validate", "missing.yml")
        #expect(result.exit == 2)
        #expect(result.output.contains("missing.yml"))
    }

    @Test func listShowsDamagedRunbooksAsSuch() throws {
        let home = try BelayHome(["broken": Runbooks.broken, "good": Runbooks.good])
        let result = home.belay("list")
        #expect(result.exit == 0)
        #expect(result.output.contains("good     A good one"))
        #expect(result.output.contains("broken   damaged: "))
    }

    @Test func showTellsWhatARunbookNeeds() throws {
        let home = try BelayHome(["good": Runbooks.good])
        let text = home.belay("show", "good").output
        #expect(text.contains("A good one"))
        #expect(text.contains("who    string  world"))
        #expect(home.belay("show", "good", "--output", "json").json["inputs"]?.asList?.first?["name"] == "who")
        let missing = home.belay("show", "god")
        #expect(missing.exit == 3)
        #expect(missing.errors.contains("did you mean 'good'?"))
    }

    @Test func planShowsWhatWouldBeDoneAndHowItIsUndone() throws {
        let home = try BelayHome(["good": Runbooks.good, "refused": Runbooks.refused])
        let plan = home.belay("plan", "good", "-i", "who=you")
        #expect(plan.exit == 0)
        #expect(plan.output.contains("input      who = you"))
        #expect(plan.output.contains("undo      run echo undone"))
        #expect(plan.output.contains("digest "))
        let refused = home.belay("plan", "refused")
        #expect(refused.exit == 3)
        #expect(refused.output.contains("✘ The moon is made of cheese: exit 1"))
        #expect(home.belay("plan", "refused", "--no-probe").output.contains("· The moon is made of cheese\n"))
        #expect(!home.exists("state"))
    }

    @Test func planDoesNotShowSecretInputs() throws {
        let home = try BelayHome([
            "secretive": """
            runbook: secretive
            inputs: {token: {type: string, secret: true}}
            steps:
              - id: one
                command: [echo, "${{ inputs.token }}"]
                undo: none
            """
        ])
        let plan = home.belay("plan", "secretive", "-i", "token=hunter2")
        #expect(!plan.output.contains("hunter2"))
        #expect(!plan.errors.contains("hunter2"))
    }

    @Test func auditNamesTheFirstBrokenLink() throws {
        let home = try BelayHome(["good": Runbooks.good])
        home.belay("run", "good")
        #expect(home.belay("audit").exit == 0)
        tamper(home)
        let audit = home.belay("audit", "1")
        #expect(audit.exit == 8)
        #expect(audit.output.contains("run 1: the chain is broken at event 3"))
        #expect(home.belay("audit", "--output", "json").json["is_clean"] == false)
    }

    private func tamper(_ home: BelayHome) {
        var database: OpaquePointer?
        #expect(sqlite3_open("\(home.path)/state/belay.db", &database) == SQLITE_OK)
        let script = "DROP TRIGGER events_are_append_only; UPDATE events SET at = at + 1 WHERE run = 1 AND seq = 3"
        #expect(sqlite3_exec(database, script, nil, nil, nil) == SQLITE_OK)
        sqlite3_close(database)
    }

    @Test func aBrokenLockIsTakenAwayAndJournaled() throws {
        let home = try BelayHome(["asking": Runbooks.asking])
        home.belay("run", "asking", "-i", "place=\(home.path)")
        #expect(home.belay("locks", "break", "thing", "--why", "x").exit == 3)
        #expect(home.belay("locks", "break", "things", "--why", "its driver is gone").exit == 0)
        #expect(home.belay("locks").output == "no locks are held\n")
        #expect(home.belay("events", "1").output.contains("its driver is gone"))
    }

    @Test func notesStandInTheHistoryOfClosedRunsToo() throws {
        let home = try BelayHome(["good": Runbooks.good])
        home.belay("run", "good")
        #expect(home.belay("note", "1", "looked fine").exit == 0)
        #expect(home.belay("events", "1").output.contains("looked fine"))
        #expect(home.belay("audit").exit == 0)
    }
}
