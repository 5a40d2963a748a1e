import Glibc
import RunHost
import Testing

@Suite struct MaskingTests {
    let harness: AttemptHarness

    init() throws { harness = try AttemptHarness() }

    /// Runs a script with secrets and gives back what was recorded of its stdout.
    private func recorded(_ script: String, secrets: [String], maxOutput: UInt64? = nil) throws -> String? {
        var request = harness.request(script, shell: "/bin/bash")
        request.secrets = secrets.map { Array($0.utf8) }
        request.maxOutput = maxOutput
        let result = try harness.run(request)
        #expect(result.ending == .exited(0))
        #expect(harness.paths.digestsFit(result))
        return harness.directory.text("stdout")
    }

    @Test func aSecretIsMaskedWhereverItStands() throws {
        let text = try recorded("echo a-hunter2-b; printf hunter2; printf hunter2hunter2", secrets: ["hunter2"])
        #expect(text == "a-***-b\n*********")
    }

    @Test func stderrIsMaskedToo() throws {
        _ = try recorded("echo hunter2 >&2", secrets: ["hunter2"])
        #expect(harness.directory.text("stderr") == "***\n")
    }

    @Test func aSecretSplitOverWritesIsMasked() throws {
        // A process for each part, so that the supervisor reads them one by one.
        let script = "for part in x h u n t e r 2 y h u n; do /usr/bin/printf %s $part; done"
        #expect(try recorded(script, secrets: ["hunter2"]) == "x***yhun")
    }

    @Test func aSecretAcrossTheSizeOfABufferIsMasked() throws {
        let script = "head -c 65533 /dev/zero | tr '\\0' x; printf hunter2; head -c 131072 /dev/zero | tr '\\0' y"
        let text = try recorded(script, secrets: ["hunter2"])
        #expect(text == String(repeating: "x", count: 65533) + "***" + String(repeating: "y", count: 131072))
    }

    @Test func theLongerOfTwoSecretsWinsAndOverlapsAreMaskedWhole() throws {
        let text = try recorded("echo abcdef abc abcx xabcdxyz", secrets: ["abc", "abcdef", "cdxy"])
        #expect(text == "*** *** ***x x***z\n")
    }

    @Test func theLinesOfASecretAreSecretsOfTheirOwn() throws {
        let text = try recorded(
            "printf 'second line\\nab\\nfirst line and ab\\n'", secrets: ["first line\nab\nsecond line\n"])
        #expect(text == "***\nab\n*** and ab\n")
    }

    @Test func outputIsCutAtItsLimitWithANote() throws {
        let text = try recorded("yes 1234567 | head -c 100000", secrets: [], maxOutput: 20)
        #expect(text == "1234567\n1234567\n1234\n[belay: output truncated after 20 bytes]\n")
        #expect(try harness.result().stdoutTruncated)
        #expect(try !harness.result().stderrTruncated)
    }

    @Test func outputOfExactlyTheLimitIsWhole() throws {
        #expect(try recorded("printf 12345", secrets: [], maxOutput: 5) == "12345")
        #expect(try !harness.result().stdoutTruncated)
    }

    @Test func aDaemonGoesOnWritingThroughTheMaskAfterTheResult() throws {
        let hold = harness.fifo("hold")
        let script = "(read line < hold; echo later hunter2) & echo at once hunter2"
        #expect(try recorded(script, secrets: ["hunter2"]) == "at once ***\n")
        try harness.write("go\n", to: hold)
        // The supervisor stays for it, and ends with it.
        #expect(waitForEnd(of: try harness.result().pid))
        #expect(harness.directory.text("stdout") == "at once ***\nlater ***\n")
    }
}
