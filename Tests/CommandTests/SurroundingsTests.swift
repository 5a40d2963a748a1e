import Expressions
import Glibc
import Testing

/// Whatever the terminal, the locale, the user or the output of programs: nothing breaks and nothing is forged.
@Suite struct SurroundingsTests {
    @Test("an ASCII locale or a dumb terminal gets ASCII", arguments: [["LANG": "C"], ["LANG": ""], ["TERM": "dumb"]])
    func plainOutput(environment: [String: String]) throws {
        let home = try BelayHome(["bad": Runbooks.bad])
        let run = home.belay("run", "bad", environment: environment)
        #expect(run.output.contains("x two  failed: exit 3: broken"))
        for result in [run, home.belay("status", "1", environment: environment)] {
            #expect(result.output.utf8.allSatisfy { $0 < 0x80 })
            #expect(result.errors.utf8.allSatisfy { $0 < 0x80 })
        }
    }

    @Test func closedStandardStreamsDoNotStopARun() throws {
        let home = try BelayHome(["good": Runbooks.good])
        #expect(home.shell(#""$BELAY" run good >&- 2>&- <&-"#).exit == 0)
        #expect(home.belay("status", "1").output.contains("succeeded"))
        #expect(home.belay("audit").exit == 0)
    }

    @Test func aFullOrClosedPipeDoesNotStopARun() throws {
        let home = try BelayHome(["bad": Runbooks.bad])
        #expect(home.shell(#""$BELAY" run bad >/dev/full"#).exit == 5)
        #expect(home.shell(#"{ "$BELAY" run bad; echo $? >exit; } | true"#).exit == 0)
        #expect(home.shell("cat exit").output == "5\n")
    }

    @Test func nothingThatIsShownCanActUponATerminal() throws {
        let home = try BelayHome(["hostile": Runbooks.hostile])
        let text = "x\u{1B}]0;owned\u{7}\ny"
        let run = home.belay("run", "hostile", "-i", "text=\(text)")
        #expect(run.exit == 4)
        let words = [
            ["status", "1"], ["events", "1"], ["runs"], ["list"],
            ["show", "hostile"], ["plan", "hostile", "-i", "text=\(text)"], ["graph", "hostile"],
            ["graph", "hostile", "--format", "mermaid"], ["decide", "1", text, "retry", "--why", "x"],
            ["run", text], [text], ["note", text, text], ["run", "hostile", "-i", "\(text)=1"],
        ]
        for result in [run] + words.map({ home.start($0).wait() }) {
            let shown = result.output + result.errors
            #expect(!shown.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        }
    }

    @Test func anotherUserRunsInADirectoryOfTheirOwn() throws {
        try #require(geteuid() == 0, "needs root to become somebody else")
        let home = try BelayHome(["good": Runbooks.good])
        chmod(home.path, 0o755)
        mkdir("\(home.path)/mine", 0o755)
        chown("\(home.path)/mine", 65534, 65534)
        let become = "setpriv --reuid=65534 --regid=65534 --clear-groups"
        let result = home.shell(#"cp "$BELAY" mine/belay; \#(become) mine/belay --state mine/state run good"#)
        #expect(result.exit == 0)
        let stranger = home.shell(#"\#(become) mine/belay --state state runs; echo $?"#)
        #expect(stranger.output == "no runs\n0\n")
        let refused = home.belay("--state", "mine/state", "status")
        #expect(refused.exit == 8)
        #expect(refused.errors.contains("belongs to user id 65534"))
    }

    @Test func aReadOnlyStateDirectoryIsNamed() throws {
        let home = try BelayHome(["good": Runbooks.good])
        chmod(home.path, 0o755)
        let become = "setpriv --reuid=65534 --regid=65534 --clear-groups"
        let result = home.shell(#"cp "$BELAY" output/belay; \#(become) output/belay run good"#)
        #expect(result.exit == 8)
        #expect(result.errors.contains("state"))
        #expect(!result.errors.contains("Failure"))
    }

    @Test func noColourReachesAPipe() throws {
        let home = try BelayHome(["bad": Runbooks.bad, "broken": Runbooks.broken])
        for words in [["run", "bad"], ["status", "1"], ["runs"], ["validate"], ["run", "broken"]] {
            let result = home.start(words).wait()
            #expect(!(result.output + result.errors).contains("\u{1B}"))
        }
    }
}
