import Glibc
import TestSupport
import Testing

/// People at terminals: prompts, guide mode.
@Suite struct PromptTerminalTests {
    private func terminal(_ runbook: String, _ text: String, _ words: String...) throws -> (BelayHome, PseudoTerminal) {
        let home = try BelayHome([runbook: text])
        let words = ["run", runbook] + words
        return (
            home,
            try home.onTerminal(words[0], words[1], words.count > 2 ? words[2] : "--no-color", columns: 140, rows: 60)
        )
    }

    private func say(_ terminal: PseudoTerminal, _ line: String, until text: String) throws {
        terminal.type(line + "\n")
        try terminal.wait(forText: text)
    }

    @Test func aFormIsAskedFieldByFieldAndProblemsAreShownAtOnce() throws {
        let (home, terminal) = try terminal("drain", PeopleRunbooks.drain)
        try terminal.wait(forText: "[d]one  [c]ould not  [s]kip  [q]uit")
        try say(terminal, "d", until: "replica:")
        try say(terminal, "blue", until: "'blue' is not one of amber, green")
        try say(terminal, "amber", until: "count [3]:")
        try say(terminal, "9", until: "more than the maximum 5")
        try say(terminal, "", until: "1/2 No new connections?")
        try say(terminal, "y", until: "2/2 Transactions are finished?")
        try say(terminal, "y", until: "evidence, a file")
        try say(terminal, "missing.txt", until: "'missing.txt' cannot be read")
        try say(terminal, "", until: "evidence, in words:")
        try say(terminal, "seen with my own eyes", until: "comment")
        try say(terminal, "", until: "record this?")
        #expect(terminal.screen.text.contains("ticked    2 of 2"))
        #expect(home.belay("pending").output.contains("belay answer 1 drain"))
        terminal.type("y\n")
        #expect(try terminal.exitCode() == 0)
        #expect(home.belay("logs", "1", "after").output == "amber 3\n")
    }

    @Test func leavingAPromptNamesTheCommandsThatGoOn() throws {
        let (home, terminal) = try terminal("approval", PeopleRunbooks.approval)
        try terminal.wait(forText: "[a]pprove  [r]eject  [q]uit")
        terminal.type("q\n")
        #expect(try terminal.exitCode() == 4)
        #expect(terminal.screen.text.contains("belay approve 1 gate"))
        let again = try home.onTerminal("approve", columns: 140, rows: 60)
        try again.wait(forText: "comment")
        again.type("\nq\n")
        #expect(try again.exitCode() == 4)
        #expect(again.screen.text.contains("nothing was recorded"))
    }

    @Test func aConfirmationIsTyped() throws {
        let (home, terminal) = try terminal("confirmed", PeopleRunbooks.confirmed)
        defer { withExtendedLifetime(home) {} }
        try terminal.wait(forText: "type wipe it to confirm")
        try say(terminal, "wipe", until: "'wipe' is not 'wipe it'")
        try say(terminal, "wipe it", until: "[a]pprove")
        terminal.type("r\n")
        try terminal.wait(forText: "why?")
        terminal.type("I changed my mind\n")
        try terminal.wait(forText: "record this?")
        terminal.type("y\n")
        #expect(try terminal.exitCode() == 3)
        #expect(terminal.screen.text.contains("I changed my mind"))
    }

    @Test func anApprovalThatExpiresAtTheTerminalEndsTheRun() throws {
        let (home, terminal) = try terminal("expiring", PeopleRunbooks.expiring)
        defer { withExtendedLifetime(home) {} }
        #expect(try terminal.exitCode() == 3)
        #expect(terminal.screen.text.contains("rejected at gate: expired"))
    }

    @Test("nothing that a prompt says acts upon the terminal", arguments: ["xterm", "dumb"])
    func hostileText(term: String) throws {
        let home = try BelayHome(["hostile": PeopleRunbooks.hostile])
        let terminal = try home.onTerminal("run", "hostile", columns: 140, rows: 60, environment: ["TERM": term])
        try terminal.wait(forText: "[a]pprove")
        try say(terminal, "a", until: "name [")
        try say(terminal, "", until: "1/1")
        try say(terminal, "y", until: "comment")
        try say(terminal, "", until: "record this?")
        terminal.type("q\n")
        #expect(try terminal.exitCode() == 4)
        #expect(terminal.screen.complaints == [])
        #expect((terminal.screen.history + terminal.screen.lines).joined().contains("\\u{1b}[2J"))
        let listed = home.belay("pending").output + home.belay("answer", "1", "gate").errors
        #expect(!listed.contains("\u{1B}"))
    }

    // MARK: Guide mode

    @Test func guideModeStopsBeforeEveryStepAndAfterAFailure() throws {
        let (home, terminal) = try terminal("guided", PeopleRunbooks.guided, "--guide")
        try terminal.wait(forText: "[r]un  [s]kip  [d]one by hand  [b]ack out  [a]ll the rest  [q]uit")
        let page = terminal.screen.text
        for fact in ["next: one", "The first", "echo one", "echo more", "changes things", "run echo undo one"] {
            #expect(page.contains(fact), "\(fact)")
        }
        try say(terminal, "r", until: "next: two")
        try say(terminal, "s", until: "why?")
        try say(terminal, "not today", until: "next: three")
        try say(terminal, "d", until: "why by hand?")
        try say(terminal, "the tool is broken", until: "evidence, a file")
        try say(terminal, "", until: "output answer:")
        try say(terminal, "much", until: "output answer: much")
        try say(terminal, "42", until: "next: four")
        #expect(terminal.screen.text.contains("not done yet"))
        #expect(terminal.screen.text.contains("critical: it cannot be skipped"))
        try say(terminal, "s", until: "'s' is not one of them")
        try say(terminal, "r", until: "[r]etry")
        #expect(terminal.screen.text.contains("four: exit 9"))
        try say(terminal, "b", until: "put back everything")
        terminal.type("y\n")
        #expect(try terminal.exitCode() == 5)
        #expect(home.belay("logs", "1").output.contains("undo one"))
        let steps = home.belay("status", "1", "--output", "json").json["steps"]?.asList
        #expect(steps?[1]["state"] == "skipped")
        #expect(steps?[2]["is_done_by_hand"] == true)
        #expect(steps?[2]["outputs"]?["answer"] == 42)
        #expect(home.belay("status", "1").output.contains("done by hand"))
    }

    @Test func aGuidedRunIsLeftAndTakenUpStepByStep() throws {
        let (home, terminal) = try terminal("guided", PeopleRunbooks.guided, "--guide")
        try terminal.wait(forText: "next: one")
        terminal.type("q\n")
        #expect(try terminal.exitCode() == 4)
        #expect(terminal.screen.text.contains("belay decide 1 one run"))
        #expect(home.belay("decide", "1", "one", "run", "--why", "go", "--resume").exit == 4)
        let next = try home.onTerminal("resume", columns: 140, rows: 60)
        try next.wait(forText: "next: two")
        next.type("a\n")
        try next.wait(forText: "what now?")
        #expect(next.screen.text.contains("four: exit 9"))
        #expect(!next.screen.text.contains("next: three"))
        next.type("q\n")
        #expect(try next.exitCode() == 4)
    }

    @Test func guideModeCanBeTurnedOnLater() throws {
        let home = try BelayHome(["approval": PeopleRunbooks.approval])
        home.belay("run", "approval")
        home.belay("approve", "1", "gate")
        let terminal = try home.onTerminal("resume", "1", "--guide", columns: 140, rows: 60)
        try terminal.wait(forText: "next: after")
        terminal.type("r\n")
        #expect(try terminal.exitCode() == 0)
    }
}
