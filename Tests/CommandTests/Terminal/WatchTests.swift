import Expressions
import Glibc
import TestSupport
import Testing

/// A run is seen from terminals that do not drive it.
@Suite struct WatchTests {
    private func standing(_ name: String, _ text: String) throws -> (BelayHome, Process) {
        let home = try BelayHome([name: text])
        home.makeGate()
        let run = home.start(["run", name, "-i", "place=\(home.path)"])
        try eventually("it stands at the gate") {
            run.output.contains("wait_here") || run.output.contains("wait_back  undo")
        }
        return (home, run)
    }

    @Test func anotherTerminalShowsTheRunAndEndsWithItsExitCode() throws {
        let (home, run) = try standing("gatedundo", Runbooks.gatedUndo)
        let watch = try home.onTerminal("watch", "1")
        try watch.wait(for: "the tree") { $0.text.contains("◂ wait_back  undo running") && $0.text.contains("↶ fails") }
        #expect(watch.screen.text.contains("q leaves this view"))
        try home.openGate()
        #expect(run.wait().exit == 5)
        #expect(try watch.exitCode() == 5)
        #expect(watch.screen.text.contains("run 1 of gatedundo: rolled back"))
        #expect(watch.screen.complaints.isEmpty)
        #expect(watch.isInOrder)
    }

    @Test(
        "q and Ctrl-C leave the view, and the run goes on", arguments: [("q", 0), ("\u{3}", 130)] as [(String, Int32)])
    func leaving(key: String, exit: Int32) throws {
        let (home, run) = try standing("gated", Runbooks.gated)
        let watch = try home.onTerminal("watch")
        try watch.wait(forText: "wait_here  action running")
        watch.type(key)
        #expect(try watch.exitCode() == exit)
        #expect(watch.isInOrder)
        try home.openGate()
        #expect(run.wait().exit == 0)
        #expect(!home.belay("events", "1").output.contains("pause"))
    }

    @Test func itStaysWhileTheRunWaitsForAPerson() throws {
        let home = try BelayHome(["asking": Runbooks.asking])
        #expect(home.belay("run", "asking", "-i", "place=\(home.path)").exit == 4)
        let watch = try home.onTerminal("watch", "1")
        try watch.wait(for: "what it waits for") {
            $0.text.contains("needs a decision") && $0.text.contains("? two: exit 1")
        }
        #expect(home.belay("decide", "1", "two", "accept", "--why", "fine", "--resume").exit == 0)
        #expect(try watch.exitCode() == 0)
    }

    @Test func aKilledDriverIsTold() throws {
        let (home, run) = try standing("gated", Runbooks.gated)
        let watch = try home.onTerminal("watch", "1")
        try watch.wait(forText: "wait_here  action running")
        run.signal(SIGKILL)
        _ = run.wait()
        try watch.wait(forText: "interrupted: nobody drives it")
        try home.openGate()
        #expect(home.belay("resume", "1").exit == 0)
        #expect(try watch.exitCode() == 0)
    }

    @Test func pipedItPrintsLinesFromTheBeginning() throws {
        let (home, run) = try standing("gated", Runbooks.gated)
        let watch = home.start(["watch", "1"])
        let json = home.start(["watch", "1", "--output", "json"])
        try eventually("both show the step") {
            watch.output.contains("▸ wait_here") && json.output.contains("wait_here")
        }
        try home.openGate()
        #expect(run.wait().exit == 0)
        let lines = watch.wait()
        #expect(lines.exit == 0)
        #expect(lines.output.contains("✔ after") && lines.output.contains("run 1 of gated: succeeded"))
        #expect(!lines.output.contains("\u{1B}"))
        let documents = json.wait().jsonLines
        #expect(documents.first?["number"] == 1)
        #expect(documents.last?["type"] == "end")
        #expect(documents.last?["exit"] == 0)
    }

    @Test func aClosedRunIsShownAsItEnded() throws {
        let home = try BelayHome(["bad": Runbooks.bad])
        #expect(home.belay("run", "bad").exit == 5)
        let watch = home.belay("watch")
        #expect(watch.exit == 5)
        #expect(watch.output.contains("rolled back"))
        #expect(home.belay("watch", "7").exit == 3)
    }

    // MARK: logs -f

    @Test func logsFollowAcrossStepsUntilTheRunStandsStill() throws {
        let (home, run) = try standing("gated", Runbooks.gated)
        let logs = home.start(["logs", "1", "-f"])
        try home.openGate()
        #expect(run.wait().exit == 0)
        let result = logs.wait()
        #expect(result.exit == 0)
        #expect(result.output == "after#1 │ after\n")
    }

    @Test func logsAreRawInAPipeAndEscapedOnATerminal() throws {
        let home = try BelayHome(["hostile": Runbooks.hostile])
        #expect(home.belay("run", "hostile").exit == 4)
        let raw = home.belay("logs", "1", "print")
        #expect(raw.output == "\u{1B}[31mred\u{1B}[0m\r\n\u{1B}]0;owned\u{7}\n")
        let terminal = try home.onTerminal("logs", "1", "print")
        #expect(try terminal.exitCode() == 0)
        #expect(terminal.screen.text == "\\u{1b}[31mred\\u{1b}[0m\n\\u{1b}]0;owned\\u{7}")
    }

    // MARK: Notes

    @Test func aNoteKeepsAFileAndWorksOnClosedRuns() throws {
        let home = try BelayHome(["good": Runbooks.good])
        home.belay("run", "good")
        try home.write("evidence", to: "proof.txt")
        let note = home.belay("note", "1", "seen by \u{1B}[31mall", "--file", "proof.txt")
        #expect(note.exit == 0)
        let events = home.belay("events", "1").output
        #expect(events.contains("seen by \\u{1b}[31mall [evidence/") && events.contains("-proof.txt, sha256 "))
        #expect(home.shell("cat state/runs/000001-good/artifacts/evidence/*-proof.txt").output == "evidence")
        #expect(home.belay("note", "1", " ").exit == 64)
        #expect(home.belay("note", "1", "x", "--file", "missing").exit == 3)
        #expect(home.belay("audit").exit == 0)
    }
}
