import Expressions
import Glibc
import TestSupport
import Testing

/// People answer a run from scripts and other terminals; nothing is driven meanwhile.
@Suite struct AnswerTests {
    private func waiting(_ runbook: String, _ text: String) throws -> BelayHome {
        let home = try BelayHome([runbook: text])
        let run = home.belay("run", runbook)
        #expect(run.exit == 4)
        return home
    }

    // MARK: What waits

    @Test func whatWaitsIsListedOverAllRunsWithTheCommandsThatAnswer() throws {
        let home = try BelayHome(["drain": PeopleRunbooks.drain, "approval": PeopleRunbooks.approval])
        #expect(home.belay("pending").output == "nothing waits for people\n")
        home.belay("run", "drain")
        home.belay("run", "approval")
        let text = home.belay("pending").output
        #expect(text.contains("run 1 of drain"))
        #expect(text.contains("drain: to be done by hand, Take it out of traffic"))
        #expect(text.contains("belay answer 1 drain"))
        #expect(text.contains("belay approve 2 gate"))
        let entries = home.belay("pending", "--output", "json").json["pending"]
        #expect(entries?.asList?.count == 2)
        #expect(entries?.asList?[0]["prompt"]?["kind"] == "manual")
        #expect(entries?.asList?[0]["is_for_you"] == true)
        #expect(entries?.asList?[1]["commands"]?.asList?[0]["command"] == "belay approve 2 gate")
    }

    @Test func theStepMayBeLeftOutOnlyWhereNothingElseWaits() throws {
        let home = try waiting("approval", PeopleRunbooks.approval)
        home.belay("run", "approval")
        let which = home.belay("approve")
        #expect(which.exit == 3)
        #expect(which.errors.contains("2 things wait: say which"))
        #expect(which.errors.contains("belay approve 1 gate"))
        #expect(home.belay("approve", "1").exit == 0)
        #expect(home.belay("resume", "1").exit == 0)
        #expect(home.belay("approve", "--resume").exit == 0)
        #expect(home.belay("approve").errors.contains("nothing waits for an answer"))
        #expect(home.belay("approve", "1", "nowhere").errors.contains("run 1 has no step 'nowhere'"))
        #expect(home.belay("approve", "1", "before").errors.contains("asks nobody anything"))
    }

    // MARK: Approvals

    @Test func anApprovalSaysWhichCommandGoesOn() throws {
        let home = try waiting("approval", PeopleRunbooks.approval)
        let approved = home.belay("approve", "1", "gate", "--comment", "fine")
        #expect(approved.output == "step 'gate' of run 1 is approved; 'belay resume 1' goes on\n")
        #expect(home.belay("resume", "1").exit == 0)
        #expect(home.belay("status", "1").output.contains("approved by"))
        #expect(home.belay("events", "1").output.contains("fine"))
    }

    @Test func aSecondDifferentDecisionIsRefusedAndTheSameOneIsHarmless() throws {
        let home = try waiting("approval", PeopleRunbooks.approval)
        home.belay("approve", "1", "gate")
        for isResumed in [false, true] {
            if isResumed { #expect(home.belay("resume", "1").exit == 0) }
            let other = home.belay("reject", "1", "gate", "--comment", "no")
            #expect(other.exit == 3)
            #expect(other.errors.contains("step 'gate' is decided: approved by"))
            let same = home.belay("approve", "1", "gate")
            #expect(same.exit == 0)
            #expect(same.output.contains("already recorded"))
        }
    }

    @Test func aRejectionNeedsAReasonAndPutsThingsBack() throws {
        let home = try waiting("approval", PeopleRunbooks.approval)
        #expect(home.belay("reject", "1", "gate").errors.contains("a no needs a reason"))
        let rejected = home.belay("reject", "1", "gate", "--comment", "not today", "--resume")
        #expect(rejected.exit == 5)
        #expect(rejected.output.contains("rejected at gate"))
        #expect(rejected.output.contains("not today"))
        #expect(home.belay("logs", "1").output.contains("undo before"))
    }

    @Test func aDecisionIsBoundToWhatWasShown() throws {
        let home = try waiting("approval", PeopleRunbooks.approval)
        let other = home.belay("approve", "1", "gate", "--digest", "0123456789abcdef")
        #expect(other.exit == 3)
        #expect(other.errors.contains("is not what was shown any more"))
        let entry = home.belay("pending", "--output", "json").json["pending"]?.asList?[0]
        let digest = try #require(entry?["prompt"]?["digest"]?.asString)
        #expect(home.belay("approve", "1", "gate", "--digest", digest, "--resume").exit == 0)
    }

    @Test func whatExpiresWhileNothingRunsIsRejected() throws {
        let home = try waiting("expiring", PeopleRunbooks.expiring)
        try eventually("it has expired") { home.belay("pending").output.contains("expired") }
        let late = home.belay("approve", "1", "gate")
        #expect(late.exit == 3)
        #expect(late.errors.contains("expired"))
        let ended = home.belay("resume", "1")
        #expect(ended.exit == 3)
        #expect(ended.output.contains("rejected at gate: expired"))
    }

    // MARK: Things done by hand

    @Test func whatIsMissingIsListedWithTheForm() throws {
        let home = try waiting("drain", PeopleRunbooks.drain)
        let bare = home.belay("answer", "1", "drain")
        #expect(bare.exit == 3)
        #expect(bare.errors.contains("--done, --could-not or --skip"))
        #expect(bare.errors.contains("replica  string, required, one of amber, green: The one that takes over"))
        let wrong = home.belay(
            "answer", "1", "drain", "--done", "--set", "replica=blue", "--set", "cuont=2", "--tick", "2")
        #expect(wrong.exit == 3)
        #expect(wrong.errors.contains("'blue' is not one of amber, green"))
        #expect(wrong.errors.contains("did you mean 'count'?"))
        #expect(wrong.errors.contains("not ticked: 1, 'No new connections'"))
        #expect(wrong.errors.contains("needs evidence"))
        #expect(home.belay("answer", "1", "drain", "--tick", "3").errors.contains("numbered from 1 to 2"))
        #expect(home.belay("answer", "1", "--done", "--skip").exit == 64)
        #expect(home.belay("approve", "1", "drain").errors.contains("'approve' is no answer"))
    }

    @Test func whatWasFilledInReachesTheNextStepAndEvidenceIsKept() throws {
        let home = try waiting("drain", PeopleRunbooks.drain)
        try home.write("photo", to: "proof.txt")
        let done = home.belay(
            "answer", "1", "drain", "--set", "replica=green", "--tick", "all", "--evidence", "proof.txt", "--resume")
        #expect(done.exit == 0)
        #expect(home.belay("logs", "1", "after").output == "green 3\n")
        #expect(home.shell("cat state/runs/000001-drain/artifacts/evidence/*-proof.txt").output == "photo")
        let steps = home.belay("status", "1", "--output", "json").json["steps"]?.asList
        #expect(steps?[1]["outputs"]?["replica"] == "green")
        #expect(steps?[1]["answers"]?.asList?[0]["evidence"]?.asList?.count == 1)
    }

    @Test func whatCannotBeDoneFailsTheStepAndWhatIsLeftOutSkipsIt() throws {
        let home = try waiting("drain", PeopleRunbooks.drain)
        #expect(home.belay("answer", "1", "drain", "--could-not").errors.contains("a no needs a reason"))
        #expect(home.belay("answer", "1", "drain", "--could-not", "--comment", "no access", "--resume").exit == 4)
        #expect(home.belay("status", "1").output.contains("no access"))
        home.belay("run", "drain")
        #expect(home.belay("answer", "2", "drain", "--skip", "--comment", "not needed", "--resume").exit == 0)
        #expect(home.belay("logs", "2", "after").output == "nobody 0\n")
    }

    @Test func aConfirmationWantsTheWordsAndYesNeverApproves() throws {
        let home = try waiting("confirmed", PeopleRunbooks.confirmed)
        #expect(home.belay("approve", "1", "sure", "--type", "wipe").errors.contains("is not 'wipe it'"))
        #expect(home.belay("answer", "1", "sure", "--type", "wipe it", "--resume").exit == 4)
        let ahead = home.belay("run", "confirmed", "--yes")
        #expect(ahead.exit == 4)
        #expect(ahead.output.contains("belay approve 2 gate"))
        #expect(!ahead.output.contains("belay approve 2 sure"))
    }

    // MARK: Drivers and messengers

    @Test("an answer that comes when the driver is killed counts once", arguments: [true, false])
    func anAnswerSurvivesTheDriver(answersFirst: Bool) throws {
        let home = try BelayHome(["beside": PeopleRunbooks.beside])
        home.makeGate()
        let driver = home.start(["run", "beside", "-i", "place=\(home.path)"])
        try eventually("it asks") { home.belay("pending").output.contains("belay answer 1 ask") }
        try eventually("wait_here runs") { driver.output.contains("▸ wait_here") }
        // It cannot take the answer any more.
        driver.signal(SIGSTOP)
        if !answersFirst { driver.signal(SIGKILL) }
        let answer = home.belay("answer", "1", "ask", "--done", "--comment", "in time")
        #expect(answer.exit == 0)
        driver.signal(SIGKILL)
        #expect(driver.wait().exit == 128 + SIGKILL)
        #expect(home.belay("answer", "1", "ask", "--done", "--comment", "in time").output.contains("already recorded"))
        let next = home.start(["resume", "1"])
        try home.openGate()
        #expect(next.wait().exit == 0)
        let events = home.belay("events", "1").output
        #expect(events.components("in time") == 1, "\(events)")
        #expect(home.belay("audit").exit == 0)
    }

    @Test func whicheverCommandRunsNextRemindsAndOnlyOne() throws {
        let home = try BelayHome(["nagging": PeopleRunbooks.nagging])
        try home.write(
            "channels:\n  ops: {file: \(home.path)/ops.log}\n  oncall: {file: \(home.path)/oncall.log}\n",
            to: "belay.yml")
        #expect(home.belay("run", "nagging").exit == 4)
        try eventually("the escalation is out") {
            let commands = (0..<4).map { _ in home.start(["pending"]) }
            for command in commands { #expect(command.wait().exit == 0) }
            return home.exists("oncall.log")
        }
        for _ in 0..<4 { home.belay("status", "1") }
        #expect(home.shell("wc -l <oncall.log").output == "1\n")
        #expect(home.shell("wc -l <ops.log").output == "1\n")
        #expect(home.shell("cat oncall.log").output.contains("belay answer 1 ask"))
    }
}

extension String {
    /// How often a text stands in it.
    fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
