import Glibc
import RunJournal
import RunMachine
import RunbookModel
import Testing

/// What is stored comes back as it was, whatever it holds and whoever else writes.
@Suite struct StorageTests {
    private let home = TemporaryDirectory()

    private static let texts = [
        "", "plain", "\"quoted\" \\ back/slash", "line\nbreak\ttab\r", "\u{0}\u{1}\u{1f}\u{7f}", "Grüße, 世界 🧗",
        "\u{2028}",
    ]

    @Test(arguments: texts)
    func textComesBackUnchanged(_ text: String) throws {
        let run = try SampleRun(in: FileJournal(home.state, .create))
        try run.journal.note(run.id, text: text, by: .alice, at: 1)
        #expect(try run.journal.events(run.id).last?.event == .noted(text: text, by: .alice))
    }

    @Test func eventsOfEveryShapeComeBackUnchanged() throws {
        let run = try SampleRun(in: FileJournal(home.state, .create))
        try run.claim()
        var outcome = AttemptOutcome(.failed, cause: .exit(-1), reason: "exit status -1")
        outcome.checks = AttemptOutcome.Counts()
        outcome.checks?.failed = ["one", "two"]
        outcome.end = .init(succeeded: false, disposition: nil, message: "m")
        outcome.elapsed = .max
        let now = Moment(wall: .min, boot: 0, bootID: "b")
        let decision = HumanDecision(
            id: "1", choice: .markDone, step: "stop", why: "seen", actor: .bob, at: -5, outputs: Stored(json: "[1]"))
        let events: [RunEvent] = [
            .admitted, .activityChanged(.running, reason: nil), .rollbackVerified(outcome),
            .groupStarted("stop", inputs: nil, instances: []),
            .groupStarted("stop", inputs: nil, instances: [.init(key: "a", item: Stored(json: "{}"))]),
            .retryScheduled("stop", .action, item: 0, until: Deadline(from: now, length: 0)),
            .questionOpened(nil, Question(why: "w", choices: [.retry, .keep], since: 0)), .questionClosed(nil),
            .decided(decision), .handlerStarted(.finish, occurrence: 2), .clockWentBack(milliseconds: -1),
            .attemptEnded("stop", number: 1, outcome, then: .due(.verify, item: 3)),
        ]
        let before = try run.journal.events(run.id).count
        _ = try run.journal.commit(
            JournalBatch(
                run: run.id, epoch: run.epoch, events: events.map { JournalEntry(at: 0, $0) }, record: run.machine.run))
        #expect(try run.journal.events(run.id).dropFirst(before).map(\.event) == events)
    }

    @Test func writersOfSeveralProcessesWaitForOneAnother() async throws {
        let state = home.state
        _ = try FileJournal(state, .create)
        let numbers = try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    // A lock file opened again is to flock(2) what another process is.
                    let journal = try FileJournal(state, .existing)
                    return try (0..<10).map { _ in
                        let run = try SampleRun(in: journal)
                        try run.start()
                        try journal.checkpoint(.now)
                        return run.id.number
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(numbers.sorted() == Array(1...40))
        let journal = try FileJournal(state, .existing)
        #expect(try journal.audit(nil) { _, _ in SampleRun.plan() }.isClean)
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a small filesystem takes root"))
    func theBallastCoversTheWayBackOnAFullDisk() throws {
        guard Self.command(["mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "belay-test", home.path]) else {
            try Test.cancel("no filesystem can be mounted here")
        }
        defer { _ = Self.command(["umount", "-l", home.path]) }
        let journal = try FileJournal(home.state, .create)
        let run = try SampleRun(in: journal)
        try run.start()
        fillDisk()
        for step in ["stop", "install", "start"] as [StepPath] {
            try run.intend(step)
            try run.end(step)
        }
        #expect(TemporaryDirectory.mode(home.state.ballast.path) == nil, "it took the ballast to write this")
        fillDisk()
        #expect(throws: JournalFailure.full(path: home.state.database)) {
            for number in 0..<10_000 { try journal.note(run.id, text: "note \(number)", by: .alice, at: 1) }
        }
        unlink(home.path + "/fill")
        try run.finish()
        #expect(try journal.audit(nil) { _, _ in SampleRun.plan() }.isClean)
    }

    /// Leaves no byte free.
    private func fillDisk() {
        let descriptor = open(home.path + "/fill", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let block = [UInt8](repeating: 0, count: 4_096)
        while write(descriptor, block, block.count) > 0 {}
        close(descriptor)
    }

    private static func command(_ arguments: [String]) -> Bool {
        var pid = pid_t()
        let pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        guard posix_spawnp(&pid, arguments[0], nil, nil, pointers, environ) == 0 else { return false }
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return status == 0
    }
}
