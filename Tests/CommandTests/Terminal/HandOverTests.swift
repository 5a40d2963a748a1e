import Glibc
import TestSupport
import Testing

/// A run that waits for people is nobody's: any terminal may go on with it, and the first one sees it through.
@Suite struct HandOverTests {
    private func asking() throws -> (BelayHome, PseudoTerminal) {
        let home = try BelayHome(["asking": Runbooks.asking, "gated": Runbooks.gated])
        let terminal = try home.onTerminal("run", "asking", "-i", "place=\(home.path)", rows: 40)
        try terminal.wait(forText: "what now?")
        return (home, terminal)
    }

    @Test func whileItAsksNobodyDrives() throws {
        let (home, terminal) = try asking()
        let status = home.belay("status", "1").output
        #expect(!status.contains("driver") && status.contains("the terminal of process \(terminal.pid)"))
        terminal.type("q\n")
        #expect(try terminal.exitCode() == 4)
    }

    @Test func anotherTerminalMayResumeTheRun() throws {
        let (home, first) = try asking()
        try home.write("", to: "ok")
        let second = try home.onTerminal("resume", "1", rows: 40)
        try second.wait(forText: "what now?")
        second.type("retry\nfixed\n")
        #expect(try second.exitCode() == 0)
        #expect(try first.exitCode() == 0)
        #expect(first.screen.text.contains("run 1 of asking: succeeded"))
        #expect(home.belay("events", "1").output.contains("chose retry: fixed"))
    }

    @Test("a command that decides and goes on is seen through", arguments: [["retry", "1"], ["rollback", "1"]])
    func aCommandGoesOn(words: [String]) throws {
        let (home, first) = try asking()
        try home.write("", to: "ok")
        let other = home.start(words).wait()
        #expect(other.exit == (words[0] == "retry" ? 0 : 5))
        #expect(try first.exitCode() == other.exit)
    }

    @Test func theTerminalThatWaitsIsNamedAndGoesOn() throws {
        let (home, terminal) = try asking()
        let decision = home.belay("decide", "1", "two", "accept", "--why", "from elsewhere")
        #expect(decision.output.contains("the terminal of"))
        #expect(decision.output.contains("process \(terminal.pid)"))
        #expect(try terminal.exitCode() == 0)
        #expect(terminal.screen.text.contains("decided elsewhere; going on"))
    }

    @Test func whatTheOtherTerminalAsksIsAskedHereTooOnceItIsLeft() throws {
        let (home, first) = try asking()
        let second = try home.onTerminal("resume", "1", rows: 40)
        try second.wait(forText: "what now?")
        second.type("q\n")
        #expect(try second.exitCode() == 4)
        try first.wait(for: "the question again") { $0.text.ranges(of: "what now?").count == 2 }
        first.type("accept\nit may stay so\n")
        #expect(try first.exitCode() == 0)
        #expect(home.belay("events", "1").output.contains("chose accept: it may stay so"))
    }
}
