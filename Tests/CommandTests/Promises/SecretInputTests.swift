import Glibc
import RunMachine
import TestSupport
import Testing

/// Secret inputs, and secrets that cannot be had: nowhere on disk, and nothing starts without them.
@Suite struct SecretInputTests {
    private static let word = "correct-horse-battery"
    private static let outer = #"""
        inputs:
          password: {type: string, secret: true}
          name: {type: string, default: demo}
        steps:
          - id: use
            run: |
              test "$(printf %s "$INPUT_PASSWORD" | md5sum | cut -c1-8)" = 09f31f46 && touch "$HERE/knew"
              echo "$INPUT_PASSWORD of $INPUT_NAME"
            undo: none
          - id: inner
            runbook: inner
            with: {token: "${{ inputs.password }}"}
          - id: gate
            run: test -e "$HERE/go"
            on_failure: stop
            undo: none
          - id: again
            run: test "$(printf %s "$INPUT_PASSWORD" | md5sum | cut -c1-8)" = 09f31f46
            undo: none
        """#
    private static let inner = #"""
        inputs:
          token: {type: string, secret: true}
          other: {type: string, default: plain}
        steps:
          - id: use
            run: echo "inner got $INPUT_TOKEN and $INPUT_OTHER"
            undo: none
        """#

    private func bench() throws -> Bench { try Bench(["outer": Self.outer, "inner": Self.inner]) }

    /// The files below the scratch directory in which the secret stands.
    private func traces(_ belay: Bench) throws -> String {
        let grep = try Spawned(
            ["sh", "-c", #"grep -rl "\#(Self.word)" state output >found; exit 0"#],
            environment: belay.belay.environment, directory: belay.scratch.path, output: "/dev/null")
        _ = grep.wait()
        return belay.scratch.text("found")
    }

    @Test func itsValueReachesStepsAndStandsNowhereOnDisk() throws {
        let belay = try bench()
        #expect(try belay("run", "outer", "-i", "password=\(Self.word)") == 4, "\(belay.output)")
        #expect(belay.scratch.exists("knew"))
        #expect(try traces(belay) == "")
        #expect(try belay.inspector().journal.pinned(1).inputs == #"{"password":null,"name":"demo"}"#)
        #expect(try belay.step("inner").inputs?.json == #"{"other":"plain"}"#)
        try belay.scratch.write("", to: "go")
        _ = try belay("decide", "1", "gate", "retry", "--why", "a test")
        #expect(try belay("resume", "1", "-i", "password=\(Self.word)") == 0, "\(belay.output)")
        #expect(try traces(belay) == "")
        try belay.expectClean()
    }

    @Test func withoutItsValueAResumedRunStandsInAttentionAndNamesIt() throws {
        var belay = try bench()
        belay.belay.environment["BELAY_INPUT_PASSWORD"] = Self.word
        #expect(try belay("run", "outer") == 4, "\(belay.output)")
        belay.belay.environment["BELAY_INPUT_PASSWORD"] = nil
        try belay.scratch.write("", to: "go")
        _ = try belay("decide", "1", "gate", "retry", "--why", "a test")
        let attempts = try belay.inspector().attempts().count
        #expect(try belay("resume", "1") == 4, "\(belay.output)")
        #expect(try belay.record().activity == .attention)
        #expect(belay.output.contains("secret input 'password'"), "\(belay.output)")
        #expect(try belay.inspector().attempts().count == attempts, "nothing was started")
        belay.belay.environment["BELAY_INPUT_PASSWORD"] = Self.word
        #expect(try belay("resume", "1") == 0, "\(belay.output)")
        try belay.expectClean()
    }

    @Test func aRunWhoseSecretIsNotInTheEnvironmentIsNotOpened() throws {
        let belay = try Bench([
            "needs": #"""
            locks: [one]
            secrets:
              token: {env: APP_TOKEN}
            steps:
              - id: use
                run: touch "$HERE/ran"
                env: {TOKEN: "${{ secrets.token }}"}
                undo: none
            """#
        ])
        for _ in 1...2 {
            #expect(try belay("run", "needs") == 3, "\(belay.output)")
            #expect(belay.output.contains("secret 'token': the environment variable APP_TOKEN is not set"))
        }
        #expect(!belay.scratch.exists("ran"))
    }

    @Test func aSecretThatCannotBeHadStopsTheRunBeforeAnythingStarts() throws {
        var belay = try Bench([
            "needs": #"""
            secrets:
              token: {command: [sh, -c, 'cat "$TOKEN_FILE"']}
            steps:
              - id: use
                run: touch "$HERE/ran"
                env: {TOKEN: "${{ secrets.token }}"}
                undo: none
            """#
        ])
        #expect(try belay("run", "needs") == 4, "\(belay.output)")
        #expect(belay.output.contains("secret 'token'"))
        #expect(!belay.scratch.exists("ran"))
        try belay.scratch.write(Self.word, to: "token")
        belay.belay.environment["TOKEN_FILE"] = belay.scratch.file("token")
        #expect(try belay("resume") == 0, "\(belay.output)")
        #expect(belay.scratch.exists("ran"))
    }
}
