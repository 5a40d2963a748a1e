import Expressions
import Glibc
import Testing

/// People steer runs: from the terminal that drives, from another one, and with signals.
@Suite struct PeopleTests {
    private func parked() throws -> BelayHome {
        let home = try BelayHome(["asking": Runbooks.asking])
        home.belay("run", "asking", "-i", "place=\(home.path)")
        return home
    }

    private func standing(_ runbook: String, _ text: String) throws -> (BelayHome, Process) {
        let home = try BelayHome([runbook: text])
        home.makeGate()
        let run = home.start(["run", runbook, "-i", "place=\(home.path)"])
        try eventually("wait_here runs") { run.output.contains("▸ wait_here") }
        return (home, run)
    }

    // MARK: While nobody drives

    @Test func aDecisionIsRecordedAndResumeGoesOn() throws {
        let home = try parked()
        try home.write("", to: "ok")
        let decision = home.belay("decide", "1", "two", "retry", "--why", "fixed")
        #expect(decision.exit == 0)
        #expect(decision.output == "recorded for run 1; 'belay resume 1' goes on\n")
        #expect(home.belay("resume", "1").exit == 0)
        #expect(home.belay("events", "1").output.contains("chose retry: fixed"))
    }

    @Test func aDecisionGoesOnItselfWithResume() throws {
        let home = try parked()
        #expect(home.belay("decide", "1", "two", "accept", "--why", "fine", "--resume").exit == 0)
        #expect(home.belay("status", "1").output.contains("allowed"))
    }

    @Test func aStepIsMarkedDoneWithItsOutputs() throws {
        let home = try parked()
        let wrong = home.belay("decide", "1", "two", "mark-done", "--why", "by hand", "--set", "anwser=1")
        #expect(wrong.exit == 3)
        #expect(wrong.errors.contains("its outputs are answer"))
        let result = home.belay(
            "decide", "1", "two", "mark-done", "--why", "by hand", "--set", "answer=42", "--resume")
        #expect(result.exit == 0)
        let steps = home.belay("status", "1", "--output", "json").json["steps"]?.asList
        #expect(steps?[1]["outputs"]?["answer"] == 42)
        #expect(steps?[1]["state"] == "succeeded")
    }

    @Test func aChoiceThatIsNotOnOfferIsRefusedAndNothingChanges() throws {
        let home = try parked()
        let before = home.belay("events", "1").output
        let result = home.belay("decide", "1", "two", "waive", "--why", "x")
        #expect(result.exit == 3)
        #expect(result.errors.contains("possible: retry, accept, mark-done, rollback, keep"))
        #expect(home.belay("decide", "1", "one", "retry", "--why", "x").exit == 3)
        #expect(home.belay("events", "1").output == before)
    }

    @Test func evidenceIsKeptWithTheDecision() throws {
        let home = try parked()
        try home.write("photo", to: "proof.txt")
        home.belay("decide", "1", "two", "accept", "--why", "seen", "--evidence", "proof.txt")
        #expect(home.shell("cat state/runs/000001-asking/artifacts/evidence/*-proof.txt").output == "photo")
        #expect(home.belay("decide", "1", "two", "accept", "--why", "x", "--evidence", "missing").exit == 3)
    }

    @Test func retryTriesAgainWhatFailed() throws {
        let home = try parked()
        #expect(home.belay("retry", "1").exit == 4)
        try home.write("", to: "ok")
        #expect(home.belay("retry", "1", "two").exit == 0)
        #expect(home.belay("retry", "1").errors.contains("run 1 is closed"))
    }

    @Test func anOpenRunIsRolledBack() throws {
        let home = try parked()
        #expect(home.belay("rollback", "1").exit == 5)
        #expect(home.belay("logs", "1").output.contains("undo one"))
    }

    @Test func cancelRollsBackUnlessToldToKeep() throws {
        #expect(try parked().belay("cancel", "1").exit == 5)
        #expect(try parked().belay("cancel", "--keep").exit == 1)
    }

    @Test func thereIsNothingToPauseWhereNobodyDrives() throws {
        let result = try parked().belay("pause", "1")
        #expect(result.exit == 3)
        #expect(result.errors.contains("nobody drives run 1"))
    }

    // MARK: While somebody drives

    @Test func aSecondDriverIsRefusedAndToldOfTheFirst() throws {
        let (home, run) = try standing("gated", Runbooks.gated)
        for command in ["resume", "retry", "rollback"] {
            let second = home.belay(command, "1")
            #expect(second.exit == 7)
            #expect(second.errors.contains("run 1 is driven by process \(run.pid)"))
        }
        #expect(home.belay("status", "1").output.contains("process \(run.pid)"))
        try home.openGate()
        #expect(run.wait().exit == 0)
    }

    @Test func aDecisionReachesTheRunningDriver() throws {
        let (home, run) = try standing("branched", Runbooks.branched)
        try eventually("fails asks") { run.output.contains("fails  needs a decision") }
        let decision = home.belay("decide", "1", "fails", "accept", "--why", "known")
        #expect(decision.exit == 0)
        #expect(decision.output.contains("process \(run.pid)"))
        try eventually("the driver took it") { run.output.contains("chose accept: known") }
        try home.openGate()
        #expect(run.wait().exit == 0)
    }

    @Test func pauseStopsAfterTheAttemptInFlight() throws {
        let (home, run) = try standing("gated", Runbooks.gated)
        #expect(home.belay("pause", "1").exit == 0)
        try eventually("the driver took it") { run.output.contains("pause asked for") }
        try home.openGate()
        let result = run.wait()
        #expect(result.exit == 4)
        #expect(result.output.contains("run 1 of gated: paused"))
        #expect(!result.output.contains("▸ after"))
        #expect(home.belay("resume").exit == 0)
    }

    @Test func cancelReachesTheRunningDriver() throws {
        let (home, run) = try standing("gated", Runbooks.gated)
        #expect(home.belay("cancel", "1", "--why", "no longer wanted").exit == 0)
        try eventually("the driver took it") { run.output.contains("chose rollback: no longer wanted") }
        try home.openGate()
        #expect(run.wait().exit == 5)
    }

    // MARK: Signals

    @Test("a signal pauses after the attempts in flight and exits 130", arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalPauses(signal: Int32) throws {
        let (home, run) = try standing("gated", Runbooks.gated)
        run.signal(signal)
        try eventually("it says that it pauses") { run.errors.contains("pausing after the attempts in flight") }
        try home.openGate()
        let result = run.wait()
        #expect(result.exit == 130)
        #expect(result.output.contains("belay resume 1"))
        #expect(home.belay("resume", "1").exit == 0)
        #expect(home.belay("logs", "1", "after").output == "after\n")
    }

    @Test func aSecondInterruptEndsTheAttemptsInFlight() throws {
        let (home, run) = try standing("gated", Runbooks.gated)
        run.signal(SIGINT)
        try eventually("it says that it pauses") { run.errors.contains("pausing after") }
        run.signal(SIGINT)
        let result = run.wait()
        #expect(result.exit == 130)
        #expect(result.errors.contains("ending the attempts in flight"))
        #expect(home.belay("status", "1").output.contains("wait_here"))
    }
}
