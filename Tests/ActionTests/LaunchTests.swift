import Checks
import Expressions
import RunbookModel
import Testing

@Suite struct LaunchTests {
    private let settings = {
        var settings = ProcessLaunch.Settings(
            shell: ["bash", "-euo", "pipefail"], scripts: "/pinned", scratch: "/step")
        settings.isExecutable = { $0.hasSuffix(".sh") }
        return settings
    }()

    private func launch(_ kind: String, _ value: Value) throws -> ProcessLaunch {
        try ProcessLaunch.from(kind: kind, argument: Writing.action(kind, value), settings: settings)
    }

    @Test func aScriptIsOneArgumentOfTheShell() throws {
        #expect(
            try launch("run", "echo \"$HOME\"; exit 3").arguments
                == ["bash", "-euo", "pipefail", "-c", "echo \"$HOME\"; exit 3", "run"])
    }

    @Test func aLongScriptGoesThroughAFile() throws {
        let script = String(repeating: "true\n", count: 30_000)
        let launch = try launch("run", .string(script))
        #expect(launch.arguments == ["bash", "-euo", "pipefail", "/step/script"])
        #expect(launch.script?.path == "/step/script")
        #expect(launch.script?.text == script)
    }

    @Test func aPinnedFileRunsItselfWhereItIsExecutable() throws {
        #expect(
            try launch("run", ["file": "scripts/x.sh", "args": ["a b", "$c"]]).arguments
                == ["/pinned/scripts/x.sh", "a b", "$c"])
        #expect(
            try launch("run", ["file": "scripts/x"]).arguments == ["bash", "-euo", "pipefail", "/pinned/scripts/x"])
    }

    @Test func aCommandIsItsArguments() throws {
        #expect(try launch("command", ["tar", "-xf", "a b.tgz"]).arguments == ["tar", "-xf", "a b.tgz"])
        #expect(throws: ArgumentProblem.self) { try launch("command", []) }
        #expect(throws: ArgumentProblem.self) { try launch("command", ["echo", "a\0b"]) }
    }

    @Test func theStandardShellIsBashWhereThereIsOne() {
        #expect(
            ProcessLaunch.standardShell(path: "/opt:/bin") { $0 == "/bin/bash" } == ["bash", "-euo", "pipefail"])
        #expect(ProcessLaunch.standardShell(path: "/opt:/bin") { _ in false } == ["sh", "-eu"])
    }
}
