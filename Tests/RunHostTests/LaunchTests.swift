import Glibc
import RunHost
import Testing

@Suite struct LaunchTests {
    let harness: AttemptHarness

    init() throws { harness = try AttemptHarness() }

    @Test(arguments: [0, 1, 3, 127, 255] as [Int32])
    func theExitStatusOfTheCommandIsReported(code: Int32) throws {
        let result = try harness.run(harness.request("exit \(code)"))
        #expect(result.ending == .exited(code))
        #expect(result.endedBy == .itself)
    }

    @Test func aSignalThatEndedTheCommandIsReported() throws {
        let result = try harness.run(harness.request("kill -USR1 $$"))
        #expect(result.ending == .signalled(SIGUSR1, coreDumped: false))
    }

    @Test func whatIsReportedStandsInTheAttemptFile() throws {
        let request = try harness.recordedRequest("echo out; echo err >&2; echo a=1 > $BELAY_OUTPUT; exit 4", token: 9)
        let result = try harness.run(request)
        let slots = try AttemptFile.open(harness.paths.attempt).slots()
        #expect(slots.result == .valid(result))
        #expect(slots.started == .valid(try harness.started(9)))
        #expect(slots.void == .empty)
        #expect(result.token == 9)
        #expect(result.ending == .exited(4))
        #expect(harness.paths.digestsFit(result))
        #expect([result.stdout.length, result.stderr.length, result.output.length] == [4, 4, 4])
        #expect(result.startedWallTime < result.endedWallTime)
        #expect(result.startedBootTime < result.endedBootTime)
        #expect(result.maxResidentSize > 0)
    }

    @Test func filesThatAreNotThereHaveTheDigestOfNothing() throws {
        var request = harness.request("true")
        request.stdout = .discard
        let result = try harness.run(request)
        #expect(result.stdout == .empty)
        #expect(result.output == .empty)
        #expect(try FileDigest.ofFile(harness.directory["missing"]) == .empty)
    }

    @Test func changedOutputDoesNotFitItsResultButGrownOutputDoes() throws {
        let result = try harness.run(harness.request("echo hello"))
        #expect(harness.paths.digestsFit(result))
        try HostFiles.writeAtomically(Array("hello\nfrom a daemon\n".utf8), to: harness.paths.stdout)
        #expect(harness.paths.digestsFit(result))
        try HostFiles.writeAtomically(Array("hallo\n".utf8), to: harness.paths.stdout)
        #expect(!harness.paths.digestsFit(result))
        try HostFiles.writeAtomically(Array("hell".utf8), to: harness.paths.stdout)
        #expect(!harness.paths.digestsFit(result))
    }

    @Test func aProgramThatIsNotThereIsAnExecError() throws {
        let cases = [("/nowhere/at-all", ENOENT), ("no-such-program", ENOENT), ("/tmp", EACCES)]
        for (index, (program, error)) in cases.enumerated() {
            var request = harness.request("", token: UInt64(index))
            request.arguments = [program]
            let result = try harness.run(request)
            #expect(result.ending == .notSpawned(SpawnFailure(stage: .exec, errno: error)))
        }
    }

    @Test func aMissingWorkingDirectoryIsToldFromAMissingProgram() throws {
        var request = harness.request("true")
        request.workingDirectory = harness.directory["gone"]
        let failure = SpawnFailure(stage: .workingDirectory, errno: ENOENT)
        #expect(try harness.run(request).ending == .notSpawned(failure))
        #expect(failure.description == "enter the working directory: No such file or directory")
    }

    @Test func outputIsNeverWrittenThroughASymbolicLink() throws {
        symlink(harness.directory["elsewhere"], harness.paths.stdout)
        let result = try harness.run(harness.request("echo hi"))
        #expect(result.ending == .notSpawned(SpawnFailure(stage: .streams, errno: ELOOP)))
        #expect(harness.directory.text("elsewhere") == nil)
    }

    @Test func theDigestOfTheOutputFileFollowsNoLinkAndWaitsForNoPipe() throws {
        let linked = try harness.run(harness.request("ln -s /etc/passwd $BELAY_OUTPUT", token: 1))
        #expect(linked.output == .empty)
        let piped = try harness.run(harness.request("rm $BELAY_OUTPUT; mkfifo $BELAY_OUTPUT", token: 2))
        #expect(piped.output == .empty)
    }

    /// Writes a program through a process of its own: what this one has open for writing, forked servers of other
    /// tests have too for a moment, and the kernel executes no such file.
    private func makeProgram(_ name: String, _ text: String) throws {
        var request = harness.request("cat > \(name) && chmod 755 \(name)", token: 100)
        request.stdin = .bytes(Array(text.utf8))
        #expect(try harness.run(request).ending == .exited(0))
    }

    @Test func theProgramIsFoundInThePathOfItsOwnEnvironment() throws {
        try makeProgram("my-tool", "#!/bin/sh\necho found \"$0\" \"$@\"\n")
        var request = harness.request("")
        request.arguments = ["my-tool", "a b"]
        request.environment["PATH"] = "/nowhere:\(harness.directory.path):/bin"
        #expect(try harness.run(request).ending == .exited(0))
        #expect(harness.directory.text("stdout") == "found \(harness.directory["my-tool"]) a b\n")
    }

    @Test func aScriptWithoutAnInterpreterLineIsGivenToTheShell() throws {
        try makeProgram("plain", "echo plain $1\n")
        var request = harness.request("")
        request.arguments = [harness.directory["plain"], "one"]
        #expect(try harness.run(request).ending == .exited(0))
        #expect(harness.directory.text("stdout") == "plain one\n")
    }

    @Test func anEnvironmentOf300KilobytesArrives() throws {
        var request = harness.request("set | cat > /dev/null; echo ${#BIG0} ${#BIG1} ${#BIG2}", shell: "/bin/bash")
        for index in 0..<3 { request.environment["BIG\(index)"] = String(repeating: "x", count: 100_000) }
        #expect(try harness.run(request).ending == .exited(0))
        #expect(harness.directory.text("stdout") == "100000 100000 100000\n")
    }

    @Test func theEnvironmentIsOnlyWhatWasAskedFor() throws {
        var request = harness.request("")
        request.arguments = ["/usr/bin/env"]
        request.environment = ["ONLY": "this\nand that"]
        _ = try harness.run(request)
        #expect(harness.directory.text("stdout") == "ONLY=this\nand that\n")
    }

    @Test func aStringWithANulByteIsRefusedBeforeAnythingIsLaunched() throws {
        var request = harness.request("true")
        request.environment["BAD"] = "a\0b"
        #expect(throws: SystemError.self) { try harness.server.launch(request) }
    }

    @Test func stdinIsEmptyBytesOrAFile() throws {
        var request = harness.request("wc -c; cat")
        #expect(try harness.run(request).ending == .exited(0))
        request = harness.request("cat", token: 2)
        request.stdin = .bytes(Array("from memory;".utf8))
        _ = try harness.run(request)
        try HostFiles.writeAtomically(Array("from a file".utf8), to: harness.directory["in"])
        request = harness.request("cat", token: 3)
        request.stdin = .file(harness.directory["in"])
        _ = try harness.run(request)
        #expect(harness.directory.text("stdout") == "0\nfrom memory;from a file")
    }

    @Test func theCommandStartsWithCleanSignalsDescriptorsAndUmask() throws {
        // Signals 32 and 33 are left out: they belong to the C library, which does not let them be reset.
        let script = """
            umask; grep ^SigBlk /proc/self/status
            echo $((0x$(sed -n 's/^SigIgn:.//p' /proc/self/status) & ~0x180000000))
            ls /proc/self/fd | tr '\\n' ' '
            """
        var request = try harness.recordedRequest(script)
        request.umask = 0o027
        _ = try harness.run(request)
        // 3 is the directory that ls itself reads.
        let expected = "0027\nSigBlk:\t0000000000000000\n0\n0 1 2 251 3 "
        #expect(harness.directory.text("stdout") == expected)
    }

    @Test func theCommandLeadsAGroupInTheSessionOfItsSupervisor() throws {
        let result = try harness.run(harness.request("cat /proc/$$/stat"))
        let fields = try #require(harness.directory.text("stdout")).split(separator: " ")
        #expect(fields[0] == "\(result.commandPid ?? 0)")
        #expect(fields[3] == "\(result.pid)")
        #expect(fields[4] == fields[0])
        #expect(fields[5] == "\(result.pid)")
    }

    @Test(.enabled(if: getuid() == 0, "needs root"))
    func theCommandRunsAsTheUserThatWasAskedFor() throws {
        let nobody = try #require(try UserCredentials.named("nobody"))
        var request = harness.request("id -u; id -g; id -G")
        request.user = nobody
        request.workingDirectory = "/"
        #expect(try harness.run(request).ending == .exited(0))
        #expect(harness.directory.text("stdout") == "\(nobody.uid)\n\(nobody.gid)\n\(nobody.gid)\n")
    }

    @Test func aProbeLeavesNoFiles() throws {
        var request = harness.request("exit 2")
        request.stdout = .discard
        request.stderr = .discard
        request.outputPath = nil
        #expect(try harness.run(request).ending == .exited(2))
        #expect(HostFiles.names(in: harness.directory.path).isEmpty)
    }

    @Test func outputCanGoToADescriptorOfTheCaller() throws {
        let descriptor = open(harness.directory["mine"], O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        var request = harness.request("echo mine")
        request.stdout = .descriptor(descriptor)
        let result = try harness.run(request)
        #expect(harness.directory.text("mine") == "mine\n")
        #expect(try FileDigest.ofFile(harness.directory["mine"]) == result.stdout)
    }

    @Test func manyAttemptsRunSideBySideAndEachIsReportedOnce() throws {
        for token in 1...40 { try harness.server.launch(harness.request("exit \(token)", token: UInt64(token))) }
        for token in 1...40 { #expect(try harness.result(of: UInt64(token)).ending == .exited(Int32(token))) }
        let done = harness.reports.all.filter { if case .done = $0 { true } else { false } }
        #expect(done.count == 40)
    }
}
