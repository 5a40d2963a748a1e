import Glibc
import RunHost
import RunJournal
import RunMachine
import TestSupport
import Testing

/// `kill -9` of what makes and restores archives, and of its driver.
@Suite struct ArchiveKillTests {
    private static let text = """
        runbook: archive_kill
        steps:
          - id: save
            backup: {to: "kept/app-${{ run.id }}.tar.gz", include: [data], keep: {count: 1}}
          - id: spoil
            run: test -e spoilt || { echo spoilt >data/a; echo new >data/new; }; touch spoilt
            undo: none
          - id: back
            restore: {from: "${{ steps.save.outputs.?path.orValue('') }}"}
        """

    private func home() throws -> (ScratchDirectory, BelayBinary) {
        let scratch = try ScratchDirectory()
        try scratch.write(Self.text, to: "archive_kill.yml")
        try scratch.write("runbooks: [.]\n", to: "belay.yml")
        try scratch.write("a", to: "data/a")
        try scratch.write("b", to: "data/deep/b")
        return (scratch, BelayBinary(in: scratch))
    }

    private func expectWhole(_ scratch: ScratchDirectory, _ belay: BelayBinary, _ point: String) throws {
        let inspector = try RunInspector(state: belay.state)
        #expect(try inspector.record().outcome == .succeeded, "\(point)")
        #expect(scratch.text("data/a") == "a" && scratch.text("data/deep/b") == "b", "\(point)")
        #expect(scratch.text("data/new") == "new\n", "\(point)")
        #expect(HostFiles.names(in: scratch.file("kept")) == ["app-1.tar.gz"], "\(point)")
        #expect(HostFiles.names(in: scratch.file("data")).sorted() == ["a", "deep", "new"], "\(point)")
        #expect(try inspector.audit().isClean, "\(point)")
        #expect(scratch.processes().isEmpty, "\(point)")
    }

    @Test(arguments: [
        "archive.written", "archive.verified", "archive.published", "restore.verified", "restore.saved",
        "restore.staged", "restore.put", "restore.put#2", "restore.placed",
    ])
    func aKilledWorkerHasFailedAndALaterTryIsWhole(point: String) throws {
        let (scratch, belay) = try home()
        #expect(try belay.run("archive_kill", [:], crashAt: point) == .exited(4), "\(point)\n\(belay.output)")
        let step = point.hasPrefix("archive") ? "save" : "back"
        #expect(try belay.decide(1, "retry", step: step) == .exited(0), "\(point)\n\(belay.output)")
        for _ in 0..<2 where try RunInspector(state: belay.state).record().outcome == nil { _ = try belay.resume() }
        try expectWhole(scratch, belay, point)
    }

    @Test(arguments: [
        "driver.inside_started#1", "driver.inside_done#1", "driver.inside_started#2", "driver.inside_done#2",
    ])
    func aKilledDriverIsFollowedByOneThatFindsOrRepeatsTheWork(point: String) throws {
        let (scratch, belay) = try home()
        #expect(try belay.run("archive_kill", [:], crashAt: point) == .killed(signal: SIGKILL))
        for _ in 0..<3 where try RunInspector(state: belay.state).record().outcome == nil { _ = try belay.resume() }
        try expectWhole(scratch, belay, point)
    }

    @Test func aRollbackAfterAKillPutsBackWhatWasThere() throws {
        let (scratch, belay) = try home()
        #expect(try belay.run("archive_kill", [:], crashAt: "restore.put") == .exited(4))
        #expect(try belay.decide(1, "rollback", step: nil) == .exited(5))
        for _ in 0..<2 where try RunInspector(state: belay.state).record().outcome == nil { _ = try belay.resume() }
        #expect(try RunInspector(state: belay.state).record().outcome == .rolledBack)
        #expect(scratch.text("data/a") == "spoilt\n" && scratch.text("data/new") == "new\n")
        #expect(HostFiles.names(in: scratch.file("kept")).isEmpty)
        #expect(HostFiles.names(in: scratch.file("data")).sorted() == ["a", "deep", "new"])
    }
}
