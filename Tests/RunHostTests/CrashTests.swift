import CSupervisor
import Glibc
import RunHost
import Testing

@Suite struct CrashTests {
    /// A driver that dies by kill -9 once its command runs.
    private static func dieAsDriver(in directory: String, hold: String) throws {
        let server = try ForkServer.start()
        let reports = Inbox<SupervisorReport>()
        try server.deliverReports(to: reports.append)
        let paths = AttemptEvidence.Paths(directory: directory)
        let file = try AttemptFile.preallocate(paths.attempt)
        guard try file.lock() else { return }
        var request = LaunchRequest(
            token: 77, arguments: ["/bin/sh", "-c", "echo before; read line < \(hold); echo after $line; exit 6"],
            environment: [:], workingDirectory: directory, stdout: .file(paths.stdout), stderr: .file(paths.stderr))
        request.attempt = file
        try server.launch(request)
        let started: Bool? = reports.first { if case .started = $0 { true } else { nil } }
        if started == true { kill(getpid(), SIGKILL) }
    }

    @Test func aSupervisorOutlivesItsKilledDriverAndRecordsTheResult() async throws {
        let directory = TemporaryDirectory()
        let (path, hold) = (directory.path, directory["hold"])
        #expect(mkfifo(hold, 0o600) == 0)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, hold = hold as String] in
            try CrashTests.dieAsDriver(in: path, hold: hold)
        }

        let place = try Place.current(stateDirectory: path)
        let paths = AttemptEvidence.Paths(directory: path)
        let found = try AttemptEvidence.gather(paths, recorded: place, current: place)
        guard case .running(let supervisor?) = found.evidence else {
            Issue.record("expected a living supervisor, found \(found.evidence)")
            return
        }
        #expect(supervisor.token == 77)
        let ended = Inbox<Bool>()
        try LivingSupervisor(supervisor).whenEnded { ended.append(true) }
        let descriptor = open(hold, O_WRONLY | O_CLOEXEC)
        try HostFiles.write(Array("all\n".utf8), to: descriptor, path: hold)
        close(descriptor)
        #expect(ended.first { $0 } == true)

        let settled = try AttemptEvidence.gather(paths, recorded: place, current: place)
        guard case .finished(let result) = settled.evidence else {
            Issue.record("expected a result, found \(settled.evidence)")
            return
        }
        #expect(result.ending == .exited(6))
        #expect(directory.text("stdout") == "before\nafter all\n")
    }

    @Test func aKilledSupervisorIsReportedWhileItsCommandHoldsTheLock() throws {
        let harness = try AttemptHarness()
        let (hold, ready) = (harness.fifo("hold"), harness.fifo("ready"))
        // The request, with the driver's part of the lock, is gone when it has been launched.
        try harness.server.launch(harness.recordedRequest("echo $$ > ready; read line < hold; exit 0"))
        let command = try #require(Int32(harness.readLine(from: ready)))
        let started = try harness.started()
        kill(started.pid, SIGKILL)
        let vanished: Int32? = harness.reports.first {
            if case .vanished(token: 1, pid: started.pid, let status) = $0 { status } else { nil }
        }
        #expect(vanished == SIGKILL)

        let place = try Place.current(stateDirectory: harness.directory.path)
        let found = try AttemptEvidence.gather(harness.paths, recorded: place, current: place)
        #expect(found.evidence == .running(supervisor: nil))
        let released = Inbox<Bool>()
        let file = try AttemptFile.open(harness.paths.attempt)
        #expect(try !file.lock())
        try file.whenReleased { released.append(true) }
        #expect(isAlive(command))
        try harness.write("go\n", to: hold)
        #expect(released.first { $0 } == true)
        #expect(waitForEnd(of: command))
        #expect(try file.slots().result == .empty)
    }

    @Test(arguments: [
        ("supervisor.before_started", AttemptEvidence.neverLaunched), ("supervisor.after_started", .lost),
        ("supervisor.after_exit", .lost),
    ])
    func aSupervisorKilledOutsideItsCommandLeavesItsEvidence(point: String, evidence: AttemptEvidence) throws {
        let harness = try AttemptHarness(crashAt: "\(point)@5")
        try harness.server.launch(harness.recordedRequest("exit 0", token: 5))
        let vanished: Int32? = harness.reports.first {
            if case .vanished(token: 5, _, let status) = $0 { status } else { nil }
        }
        #expect(vanished == SIGKILL)
        let place = try Place.current(stateDirectory: harness.directory.path)
        let found = try AttemptEvidence.gather(harness.paths, recorded: place, current: place)
        #expect(found.evidence == evidence)
        let slots = try AttemptFile.open(harness.paths.attempt).slots()
        #expect((slots.void.record != nil) == (evidence == .neverLaunched))
    }

    @Test func aSupervisorKilledAfterItsResultHasFinished() throws {
        let harness = try AttemptHarness(crashAt: "supervisor.after_result#2")
        #expect(try harness.run(harness.request("exit 0", token: 1)).ending == .exited(0))
        try harness.server.launch(harness.recordedRequest("echo hi; exit 8", token: 2))
        let vanished: Bool? = harness.reports.first { if case .vanished(token: 2, _, _) = $0 { true } else { nil } }
        #expect(vanished == true)
        let place = try Place.current(stateDirectory: harness.directory.path)
        let found = try AttemptEvidence.gather(harness.paths, recorded: place, current: place)
        guard case .finished(let result) = found.evidence else {
            Issue.record("expected a result, found \(found.evidence)")
            return
        }
        #expect(result.ending == .exited(8))
    }

    @Test func whatAKilledForkServerNeverTookIsOutstanding() throws {
        let harness = try AttemptHarness()
        // Stopped, it leaves the request in its socket; and nobody else is there to report.
        kill(harness.server.pid, SIGSTOP)
        try harness.server.launch(harness.request("touch launched"))
        kill(harness.server.pid, SIGKILL)
        let lost: Set<UInt64>? = harness.reports.first {
            if case .serverLost(let outstanding) = $0 { outstanding } else { nil }
        }
        #expect(lost == [1])
        #expect(harness.directory.text("launched") == nil)
    }

    @Test func aKilledForkServerIsReportedAndItsSupervisorsGoOn() throws {
        let harness = try AttemptHarness()
        let hold = harness.fifo("hold")
        try harness.server.launch(harness.request("read line < hold; exit 9"))
        _ = try harness.started()
        kill(harness.server.pid, SIGKILL)
        let lost: Set<UInt64>? = harness.reports.first {
            if case .serverLost(let outstanding) = $0 { outstanding } else { nil }
        }
        #expect(lost == [1])
        #expect(throws: SystemError("reach the fork server", errno: EPIPE)) {
            try harness.server.launch(harness.request("true", token: 2))
        }
        try harness.write("go\n", to: hold)
        #expect(try harness.result().ending == .exited(9))
    }

    @Test func aRequestCutShortByTheDeathOfItsDriverLaunchesNothing() throws {
        var server = belay_fork_server()
        #expect(belay_fork_server_start(&server, nil) == 0)
        defer { close(server.reports) }
        var header = belay_request()
        header.magic = UInt32(BELAY_REQUEST_MAGIC)
        header.length = 1000
        header.argument_count = 1
        let error = withUnsafeBytes(of: header) {
            belay_fork_server_send(server.requests, $0.baseAddress, $0.count, nil, 0)
        }
        #expect(error == 0)
        close(server.requests)
        var report = belay_report()
        #expect(belay_fork_server_receive(server.reports, &report) == 0)
    }

    @Test func aLaunchWhoseAttemptFileCannotBeWrittenIsRefused() throws {
        let harness = try AttemptHarness()
        var request = harness.request("touch launched")
        let path = harness.directory["attempt"]
        try HostFiles.writeAtomically([], to: path)
        // Open for reading only: no record could be written.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        request.attempt = AttemptFile(adopting: descriptor, path: path)
        try harness.server.launch(request)
        let error: Int32? = harness.reports.first {
            if case .refused(token: 1, let error) = $0 { error } else { nil }
        }
        #expect(error == EBADF)
        #expect(harness.directory.text("launched") == nil)
    }
}
