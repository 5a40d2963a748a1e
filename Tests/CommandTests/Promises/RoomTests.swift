import Glibc
import RunMachine
import TestSupport
import Testing

/// Room for what is saved before a step is asked for before anything starts.
@Suite struct RoomTests {
    @Test func aRunWithoutRoomForItsSnapshotsIsRefusedAndChangesNothing() throws {
        let belay = try Bench([
            "big": #"""
            steps:
              - id: first
                run: touch "$HERE/changed"
                undo: none
              - id: migrate
                run: "true"
                protect: [{sqlite: "${{ env.HERE }}/app.db"}]
            """#
        ])
        // A sparse file: its size counts, it takes nothing.
        let descriptor = open(belay.scratch.file("app.db"), O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        guard ftruncate(descriptor, 8 << 40) == 0 else { try Test.cancel("this filesystem has no files so large") }
        #expect(try belay("run", "big") == 3, "\(belay.output)")
        #expect(try belay.record().outcome == .refused)
        #expect(belay.output.contains("it takes about 8388608 MiB"), "\(belay.output)")
        #expect(belay.output.contains("MiB free"))
        #expect(!belay.scratch.exists("changed"))
    }

    @Test func whatAStepThatIsLeftOutProtectsNeedsNoRoom() throws {
        let belay = try Bench([
            "big": #"""
            steps:
              - id: migrate
                when: "false"
                run: "true"
                protect: [{sqlite: "${{ env.HERE }}/app.db"}]
            """#
        ])
        let descriptor = open(belay.scratch.file("app.db"), O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        guard ftruncate(descriptor, 8 << 40) == 0 else { try Test.cancel("this filesystem has no files so large") }
        #expect(try belay("run", "big") == 0, "\(belay.output)")
    }
}
