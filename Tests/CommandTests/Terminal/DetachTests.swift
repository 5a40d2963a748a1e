import Expressions
import Glibc
import RunHost
import TestSupport
import Testing

/// `--detach`: a run goes on without the terminal from which it was started.
@Suite struct DetachTests {
    private func gated() throws -> BelayHome {
        let home = try BelayHome(["gated": Runbooks.gated, "asking": Runbooks.asking, "refused": Runbooks.refused])
        home.makeGate()
        return home
    }

    private func closes(_ home: BelayHome, _ words: String) throws {
        try eventually("the run is \(words)") { home.belay("status", "1").output.contains(words) }
    }

    @Test func theRunOutlivesItsTerminal() throws {
        let home = try gated()
        let terminal = try home.onTerminal("run", "gated", "-i", "place=\(home.path)", "--detach")
        #expect(try terminal.exitCode() == 0)
        let text = terminal.screen.text
        #expect(text.contains("run 1 goes on without this terminal"))
        #expect(["belay watch 1", "belay logs 1 -f", "belay status 1"].allSatisfy(text.contains))
        terminal.hangUp()
        try home.openGate()
        try closes(home, "succeeded")
        let log = try HostFiles.read("\(home.path)/state/runs/000001-gated/driver.log")
        #expect(String(decoding: log, as: UTF8.self).contains("run 1 of gated: succeeded"))
    }

    @Test func theDriverHoldsNothingOfWhoStartedIt() throws {
        let home = try gated()
        let result = home.shell(#"exec 7>"$HERE/held"; "$BELAY" run gated -i place="$HERE" --detach --output json"#)
        #expect(result.exit == 0)
        let pid = Int32(result.json["pid"]?.asInt ?? 0)
        try #require(pid > 1)
        #expect(getsid(pid) == pid)
        let open = HostFiles.names(in: "/proc/\(pid)/fd").map { name in
            var buffer = [CChar](repeating: 0, count: 4_096)
            let count = max(0, readlink("/proc/\(pid)/fd/\(name)", &buffer, buffer.count))
            return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        #expect(
            !open.contains {
                $0.hasSuffix("/held") || $0.hasSuffix(".out") || $0.hasSuffix(".err") || $0.hasPrefix("pipe:")
            })
        #expect(open.contains { $0.hasSuffix("/driver.log") })
        try home.openGate()
        try closes(home, "succeeded")
        try eventually("the driver is gone and no zombie") { kill(pid, 0) != 0 }
    }

    @Test func whatIsWrongReachesTheTerminal() throws {
        let home = try gated()
        let unknown = home.belay("run", "nothing", "--detach")
        #expect(unknown.exit == 3 && unknown.errors.contains("there is no runbook 'nothing'"))
        #expect(home.belay("run", "gated", "--detach").exit == 2)
        let closed = home.belay("resume", "9", "--detach")
        #expect(closed.exit == 8 || closed.exit == 3)
    }

    @Test func anOpenRunIsResumedSo() throws {
        let home = try gated()
        #expect(home.belay("run", "asking", "-i", "place=\(home.path)").exit == 4)
        try home.write("", to: "ok")
        #expect(home.belay("decide", "1", "two", "retry", "--why", "fixed").exit == 0)
        let result = home.belay("resume", "1", "--detach")
        #expect(result.exit == 0 && result.output.contains("run 1 goes on without this terminal"))
        try closes(home, "succeeded")
        #expect(home.belay("resume", "1", "--detach").exit == 3)
    }

    @Test func aRunThatIsDrivenIsRefusedAtOnce() throws {
        let home = try gated()
        #expect(home.belay("run", "gated", "-i", "place=\(home.path)", "--detach").exit == 0)
        let second = home.belay("resume", "1", "--detach")
        #expect(second.exit == 7 && second.errors.contains("run 1 is driven by process"))
        try home.openGate()
        try closes(home, "succeeded")
    }
}
