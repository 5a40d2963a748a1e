import RunJournal
import RunbookModel
import Testing

@Suite struct MessageTests {
    private static let held = HeldLock(
        name: "system/demo", mode: .exclusive, run: 3, runbook: "update", owner: .alice, since: 0)

    private static let failures: [JournalFailure] = [
        .noSuchRun(3), .runIsClosed(3), .runIsOpen(3), .superseded(3, by: 2), .driven(3, by: nil),
        .driven(3, by: DriverLock.Holder(pid: 7, user: "alice", since: 0)), .damaged(3, why: "w"), .locked(held),
        .noSuchLock("system/demo"), .busy(path: "/s", holder: "pid 7"), .busy(path: "/s", holder: nil),
        .full(path: "/s"), .readOnly(path: "/s"), .corrupt(path: "/s", why: "w"), .notAJournal(path: "/s", why: "w"),
        .newer(path: "/s", version: 9, known: 1), .openRunsBlockMigration(path: "/s", runs: [3]),
        .noJournal(path: "/s"), .wrongOwner(path: "/s", owner: 1, expected: 0), .tooOpen(path: "/s", mode: 0o777),
        .wrongGroup(path: "/s", group: 1, expected: 2, mode: 0o700), .symbolicLink(path: "/s"),
        .notADirectory(path: "/s"), .unsupportedFilesystem(path: "/s", kind: "NFS"),
    ]

    @Test(arguments: failures)
    func everyFailureSaysWhereItIsAndWhatToDo(_ failure: JournalFailure) {
        let place = ["/s", "run 3", "'system/demo'"].first { failure.message.contains($0) }
        #expect(place != nil, "\(failure.message)")
        #expect(!failure.message.hasSuffix("."))
        #expect(failure.help?.isEmpty == false)
        #expect(failure.message != JournalFailure.io(path: "/s", operation: "use", why: "").message)
    }

    @Test func aHeldLockNamesItsRunItsOwnerItsAgeAndTheWaysOut() {
        let failure = JournalFailure.locked(Self.held)
        #expect(
            failure.message
                == "lock 'system/demo' is held by run 3 (update) of alice since 1970-01-01 00:00:00 UTC")
        #expect(failure.help?.contains("belay resume 3") == true)
        #expect(failure.exitCode == 7)
    }
}
