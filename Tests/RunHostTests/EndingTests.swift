import Glibc
import RunHost
import Testing

@Suite struct EndingTests {
    let harness: AttemptHarness

    init() throws { harness = try AttemptHarness() }

    @Test func aCommandThatHeedsTermIsEndedByItsTimeout() throws {
        var request = try harness.recordedRequest("exec tail -f /dev/null")
        request.timeout = .milliseconds(50)
        let result = try harness.run(request)
        #expect(result.ending == .signalled(SIGTERM, coreDumped: false))
        #expect(result.endedBy == .timeout)
        let started = try harness.started()
        #expect(started.deadline == started.bootTime + 50_000_000)
    }

    @Test func aCommandHasTheGraceToEndInOrder() throws {
        var request = harness.request(
            "trap 'echo cleaned; exit 0' TERM; echo ready > ready; while :; do tail -f /dev/null & wait; done")
        request.timeout = .milliseconds(300)
        let result = try harness.run(request)
        #expect(result.ending == .exited(0))
        #expect(result.endedBy == .timeout)
        #expect(harness.directory.text("stdout") == "cleaned\n")
    }

    @Test func aTimeoutLeavesNothingBehindNeitherDeafNorStoppedNorDetached() throws {
        let ready = harness.fifo("ready")
        // Deaf to TERM; stopped; and forked twice into a session of its own, deaf and without the attempt's file
        // (bash, as other shells do not close descriptors of three digits).
        let script = """
            trap '' TERM
            sh -c 'trap "" TERM; echo $$ >> pids; while :; do tail -f /dev/null; done' &
            sh -c 'echo $$ >> pids; kill -STOP $$' &
            (setsid bash -c 'trap "" TERM; exec 251>&-; echo $$ >> pids; while :; do tail -f /dev/null; done' &)
            while [ "$(wc -l < pids)" != 3 ]; do :; done
            echo go > ready
            while :; do tail -f /dev/null; done
            """
        var request = try harness.recordedRequest("touch pids; " + script)
        request.timeout = .seconds(60)
        request.grace = .milliseconds(50)
        try harness.server.launch(request)
        #expect(harness.readLine(from: ready) == "go")
        #expect(LivingSupervisor(try harness.started()).requestEnd())
        let result = try harness.result()
        #expect(result.ending == .signalled(SIGKILL, coreDumped: false))
        #expect(result.endedBy == .request)
        let pids = try #require(harness.directory.text("pids")).split(separator: "\n").compactMap { Int32($0) }
        #expect(pids.count == 3)
        for pid in pids { #expect(!isAlive(pid)) }
    }

    @Test func aKillRequestWaitsForNoGrace() throws {
        let ready = harness.fifo("ready")
        let request = harness.request("trap '' TERM; echo go > ready; while :; do tail -f /dev/null; done")
        try harness.server.launch(request)
        #expect(harness.readLine(from: ready) == "go")
        #expect(LivingSupervisor(try harness.started()).requestKill())
        let result = try harness.result()
        #expect(result.ending == .signalled(SIGKILL, coreDumped: false))
        #expect(result.endedBy == .request)
    }

    @Test func aKillRequestCutsAGraceShort() throws {
        let ready = harness.fifo("ready")
        var request = harness.request(
            "trap 'echo asked > ready' TERM; echo go > ready; while :; do tail -f /dev/null & wait; done")
        request.grace = .seconds(1000)
        try harness.server.launch(request)
        #expect(harness.readLine(from: ready) == "go")
        #expect(LivingSupervisor(try harness.started()).requestEnd())
        #expect(harness.readLine(from: ready) == "asked")
        #expect(LivingSupervisor(try harness.started()).requestKill())
        #expect(try harness.result().ending == .signalled(SIGKILL, coreDumped: false))
    }

    @Test func terminalSignalsDoNotReachASupervisor() throws {
        let hold = harness.fifo("hold")
        try harness.server.launch(harness.request("read line < hold; exit 5"))
        let supervisor = try harness.started().pid
        for signal in [SIGINT, SIGTERM, SIGHUP] { kill(supervisor, signal) }
        try harness.write("go\n", to: hold)
        #expect(try harness.result().ending == .exited(5))
    }

    @Test func whatASucceededCommandLeavesRunningIsItsEffectAndStays() throws {
        let hold = harness.fifo("hold")
        let request = try harness.recordedRequest("(read line < hold; echo $line > said) & echo $! > pid")
        #expect(try harness.run(request).ending == .exited(0))
        let daemon = try #require(harness.directory.text("pid").flatMap { Int32($0.dropLast()) })
        #expect(waitForEnd(of: try harness.started().pid))
        #expect(isAlive(daemon))
        try harness.write("still here\n", to: hold)
        #expect(waitForEnd(of: daemon))
        #expect(harness.directory.text("said") == "still here\n")
    }
}
