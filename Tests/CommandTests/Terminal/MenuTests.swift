import Glibc
import TestSupport
import Testing

/// Ctrl-C on a terminal opens a menu, while the running step goes on.
@Suite struct MenuTests {
    private static let interrupt = "\u{3}"

    /// A run that stands at the gate with its menu open.
    private func menu(_ name: String = "gated", seconds: String = "600") throws -> (BelayHome, PseudoTerminal) {
        let home = try BelayHome(["gated": Runbooks.gated, "gatedundo": Runbooks.gatedUndo])
        home.makeGate()
        let terminal = try home.onTerminal(
            "run", name, "-i", "place=\(home.path)", environment: ["BELAY_MENU_SECONDS": seconds])
        try terminal.wait(for: "it stands at the gate") {
            $0.text.contains("wait_here  action running") || $0.text.contains("wait_back  undo running")
        }
        terminal.type(Self.interrupt)
        return (home, terminal)
    }

    @Test func itPausesByItselfAfterItsTime() throws {
        let (home, terminal) = try menu(seconds: "0.3")
        try terminal.wait(forText: "pausing after the attempts in flight")
        try home.openGate()
        #expect(try terminal.exitCode() == 130)
        #expect(terminal.screen.text.contains("✔ wait_here"))
        #expect(terminal.screen.text.contains("belay resume 1"))
        #expect(terminal.isInOrder)
        #expect(home.belay("status", "1").output.contains("paused"))
        #expect(home.belay("resume", "1").exit == 0)
    }

    @Test func nothingNewStartsWhileItIsOpenAndItGoesOnAfterwards() throws {
        let (home, terminal) = try menu()
        try terminal.wait(forText: "[p]ause  [c]ontinue  [r]oll back  [k]eep and end  [i]nterrupt what runs")
        try home.openGate()
        try terminal.wait(forText: "✔ wait_here")
        #expect(!home.belay("events", "1").output.contains("after:"))
        terminal.type("xc")
        #expect(try terminal.exitCode() == 0)
        #expect(terminal.screen.complaints.isEmpty)
        #expect(!terminal.screen.text.contains("[p]ause"))
    }

    @Test func aPauseCanBeChosen() throws {
        let (home, terminal) = try menu()
        try terminal.wait(forText: "[p]ause")
        terminal.type("p")
        try terminal.wait(forText: "pausing after the attempts in flight")
        try home.openGate()
        #expect(try terminal.exitCode() == 130)
    }

    @Test func aRollbackIsConfirmed() throws {
        let (home, terminal) = try menu()
        try terminal.wait(forText: "[r]oll back")
        terminal.type("r")
        try terminal.wait(forText: "put back everything that was done?")
        terminal.type("n")
        try terminal.wait(forText: "[r]oll back")
        terminal.type("ry")
        try terminal.wait(for: "it is said to the run") { _ in
            home.belay("events", "1").output.contains("chose rollback: chosen at the terminal")
        }
        try home.openGate()
        #expect(try terminal.exitCode() == 5)
    }

    @Test func whatWasDoneCanBeKept() throws {
        let (home, terminal) = try menu()
        try terminal.wait(forText: "[k]eep and end")
        terminal.type("ky")
        try terminal.wait(for: "it is said to the run") { _ in
            home.belay("events", "1").output.contains("chose keep: chosen at the terminal")
        }
        try home.openGate()
        #expect(try terminal.exitCode() == 1)
        #expect(home.belay("status", "1").output.contains("cancelled"))
    }

    @Test("what runs is ended only after a yes, or a third Ctrl-C", arguments: ["iy", "\u{3}y", "\u{3}\u{3}"])
    func whatRunsIsEnded(keys: String) throws {
        let (home, terminal) = try menu()
        try terminal.wait(forText: "[i]nterrupt what runs")
        terminal.type(String(keys.prefix(1)))
        try terminal.wait(forText: "end what runs now?")
        // It is shown a moment before it is on disk, and goes on while it is asked for.
        try eventually("it runs") { home.belay("status", "1").output.contains("wait_here  action running") }
        terminal.type(String(keys.suffix(1)))
        #expect(try terminal.exitCode() == 130)
        #expect(home.belay("status", "1").output.contains("wait_here  outcome unknown"))
    }

    @Test func whilePausingAnotherCtrlCAsksAgain() throws {
        let (home, terminal) = try menu()
        try terminal.wait(forText: "[p]ause")
        terminal.type("p")
        try terminal.wait(forText: "Ctrl-C again asks whether to end them")
        terminal.type(Self.interrupt)
        try terminal.wait(forText: "end what runs now?")
        terminal.type("n")
        try terminal.wait(forText: "[p]ause")
        terminal.type("p")
        try home.openGate()
        #expect(try terminal.exitCode() == 130)
    }

    @Test func aRollbackPausesAndIsNeverDropped() throws {
        let (home, terminal) = try menu("gatedundo")
        try terminal.wait(forText: "[p]ause  [c]ontinue  [i]nterrupt what runs")
        terminal.type("rk")
        terminal.type("p")
        try terminal.wait(forText: "pausing after the attempts in flight")
        try home.openGate()
        #expect(try terminal.exitCode() == 130)
        #expect(home.belay("status", "1").output.contains("paused, rolling back"))
        #expect(home.belay("resume", "1").exit == 5)
    }

    @Test func aDumbTerminalGetsTheMenuInLines() throws {
        let home = try BelayHome(["gated": Runbooks.gated])
        home.makeGate()
        let terminal = try home.onTerminal(
            "run", "gated", "-i", "place=\(home.path)", environment: ["BELAY_MENU_SECONDS": "600", "TERM": "dumb"])
        try terminal.wait(forText: "> wait_here")
        terminal.type(Self.interrupt)
        try terminal.wait(forText: "[p]ause  [c]ontinue")
        terminal.type("c")
        try home.openGate()
        #expect(try terminal.exitCode() == 0)
        #expect(!terminal.bytes.contains(0x1B))
    }

    @Test func aLostConnectionPausesTheRun() throws {
        let home = try BelayHome(["gated": Runbooks.gated])
        home.makeGate()
        let terminal = try home.onTerminal("run", "gated", "-i", "place=\(home.path)")
        try terminal.wait(forText: "wait_here  action running")
        terminal.hangUp()
        try eventually("it pauses") { home.belay("events", "1").output.contains("pause asked for") }
        try home.openGate()
        #expect(try terminal.exitCode() == 130)
        #expect(home.belay("resume", "1").exit == 0)
    }
}
