import Glibc
import RunHost
import Testing

@Suite struct ProcessTableTests {
    let harness: AttemptHarness

    init() throws { harness = try AttemptHarness() }

    private static func table(_ processes: HostProcess...) -> ProcessTable { ProcessTable { processes } }

    @Test func thisProcessIsInTheTableUnderItsStartTime() throws {
        let own = try #require(HostProcess.read(pid: getpid()))
        #expect(own.parent == getppid())
        #expect(own.session == getsid(0))
        #expect(try ProcessTable.live.list().contains { $0.pid == own.pid && $0.startTicks == own.startTicks })
        #expect(try ProcessTable.live.isAlive(pid: own.pid, startTicks: own.startTicks))
        #expect(try !ProcessTable.live.isAlive(pid: own.pid, startTicks: own.startTicks + 1))
    }

    @Test func aZombieIsNotAlive() throws {
        let table = Self.table(HostProcess(pid: 5, parent: 1, group: 5, session: 5, startTicks: 9, isZombie: true))
        #expect(try !table.isAlive(pid: 5, startTicks: 9))
        #expect(try table.members(of: AttemptRemains(session: 5, startTicks: 9)).isEmpty)
    }

    @Test func aSessionOutlivesItsLeaderButNotTheReuseOfItsNumber() throws {
        let member = HostProcess(pid: 6, parent: 1, group: 6, session: 5, startTicks: 10)
        let remains = AttemptRemains(session: 5, startTicks: 9)
        #expect(try Self.table(member).members(of: remains) == [member])
        let leader = HostProcess(pid: 5, parent: 1, group: 5, session: 5, startTicks: 9)
        #expect(try Self.table(leader, member).members(of: remains) == [leader, member])
        let stranger = HostProcess(pid: 5, parent: 1, group: 5, session: 5, startTicks: 99)
        #expect(try Self.table(stranger, member).members(of: remains).isEmpty)
    }

    @Test func aProcessThatHasEndedIsReportedAtOnce() throws {
        let ended = Inbox<Bool>()
        try LivingSupervisor(pid: Int32.max, startTicks: 1).whenEnded { ended.append(true) }
        #expect(ended.first { $0 } == true)
        let later = Inbox<Bool>()
        try LivingSupervisor(pid: getpid(), startTicks: 1).whenEnded { later.append(true) }
        #expect(later.first { $0 } == true)
        #expect(!LivingSupervisor(pid: getpid(), startTicks: 1).requestEnd())
    }

    /// Starts an attempt that leaves processes behind, and returns its remains and their pids.
    private func leaveBehind(_ script: String, count: Int) throws -> (AttemptRemains, [Int32]) {
        let ready = harness.fifo("ready")
        try harness.server.launch(harness.recordedRequest(script))
        let pids = harness.readLine(from: ready).split(separator: " ").compactMap { Int32($0) }
        #expect(pids.count == count)
        let started = try harness.started()
        #expect(try harness.result().ending == .exited(0))
        let remains = AttemptRemains(
            session: started.pid, startTicks: started.startTicks, attemptFile: harness.paths.attempt)
        return (remains, pids)
    }

    @Test func endingASessionLeavesNothingOfItAlive() throws {
        let script = """
            sh -c 'trap "" TERM; while :; do tail -f /dev/null; done' & deaf=$!
            tail -f /dev/null & plain=$!
            echo $deaf $plain > ready
            """
        let (remains, pids) = try leaveBehind(script, count: 2)
        for pid in pids { #expect(isAlive(pid)) }
        try ProcessTable.live.end(remains, grace: .milliseconds(50))
        for pid in pids { #expect(!isAlive(pid)) }
        #expect(try ProcessTable.live.members(of: remains).isEmpty)
    }

    @Test func whatLeftTheSessionIsFoundByTheAttemptFileItHolds() throws {
        let script = "setsid sh -c 'echo $$ > ready; exec tail -f /dev/null' &"
        let (remains, pids) = try leaveBehind(script, count: 1)
        #expect(try ProcessTable.live.members(of: remains).filter { $0.pid == pids.first }.isEmpty)
        try ProcessTable.live.end(remains, grace: .seconds(20))
        for pid in pids { #expect(!isAlive(pid)) }
        #expect(try AttemptFile.open(harness.paths.attempt).lock())
    }

    @Test func waitingForTheEndOfAnAttemptSeesItsSessionAndWhoeverHoldsItsLock() throws {
        let (stay, leave) = (harness.fifo("stay"), harness.fifo("leave"))
        let script = """
            bash -c 'exec 251>&-; read line < stay' & inside=$!
            setsid sh -c 'echo $0 $$ > ready; read line < leave' $inside &
            """
        let (remains, pids) = try leaveBehind(script, count: 2)
        #expect(try !ProcessTable.live.waitForEnd(of: remains, atMost: .milliseconds(20)))
        try harness.write("go\n", to: leave)
        #expect(waitForEnd(of: pids[1]))
        #expect(try !ProcessTable.live.waitForEnd(of: remains, atMost: .milliseconds(20)))
        try harness.write("go\n", to: stay)
        #expect(try ProcessTable.live.waitForEnd(of: remains, atMost: .seconds(20)))
        for pid in pids { #expect(!isAlive(pid)) }
    }

    @Test func waitingForALockThatNobodyVisibleHoldsEndsInTime() throws {
        let file = try AttemptFile.preallocate(harness.paths.attempt)
        #expect(try file.lock())
        let remains = AttemptRemains(session: Int32.max, startTicks: 1, attemptFile: harness.paths.attempt)
        #expect(try !ProcessTable.live.waitForEnd(of: remains, atMost: .milliseconds(20)))
    }

    @Test func endingWhatIsGoneReturnsAtOnce() throws {
        try ProcessTable.live.end(AttemptRemains(session: Int32.max, startTicks: 1), grace: .seconds(100))
    }

    @Test func whatCannotBeEndedIsNamed() throws {
        // A table that shows a process which is not there, as one does that ignores even KILL.
        let stuck = HostProcess(pid: Int32.max, parent: 1, group: 5, session: 5, startTicks: 9)
        #expect(throws: ProcessesRemain(pids: [Int32.max])) {
            try Self.table(stuck).end(AttemptRemains(session: 5, startTicks: 9), grace: .zero, patience: .zero)
        }
    }
}
