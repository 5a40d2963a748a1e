import Expressions
import Glibc
import TestSupport
import Testing

/// A directory with runbooks and a state directory, in which the built binary is run.
final class BelayHome: Sendable {
    /// What a command printed and how it ended.
    struct Result {
        let exit: Int32
        let output: String
        let errors: String

        /// The output as JSON; null where it is none.
        var json: Value { (try? JSONText.parse(output)) ?? .null }

        /// The output's lines as JSON.
        var jsonLines: [Value] { output.split(separator: "\n").compactMap { try? JSONText.parse(String($0)) } }
    }

    let path: String

    init(_ runbooks: [String: String] = [:]) throws {
        var template = Array("/tmp/belay-commands-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        mkdir("\(path)/runbooks", 0o755)
        mkdir("\(path)/output", 0o777)
        chmod("\(path)/output", 0o777)
        for (name, text) in runbooks { try write(text, to: "runbooks/\(name).yml") }
    }

    deinit { run(["/bin/rm", "-rf", path]) }

    /// The program that the package builds beside the test runner.
    static let program: String = {
        var buffer = [CChar](repeating: 0, count: 4_096)
        readlink("/proc/self/exe", &buffer, buffer.count - 1)
        return String(cString: dirname(&buffer)) + "/belay"
    }()

    func write(_ text: String, to name: String, mode: mode_t = 0o644) throws {
        let file = try #require(fopen("\(path)/\(name)", "we"))
        fputs(text, file)
        fclose(file)
        chmod("\(path)/\(name)", mode)
    }

    func exists(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }

    // MARK: Commands

    /// Runs `belay` with these words to its end.
    @discardableResult
    func belay(_ words: String..., environment: [String: String] = [:]) -> Result {
        start(words, environment: environment).wait()
    }

    /// Runs a shell script in the directory, with `$BELAY` as the program.
    func shell(_ script: String, environment: [String: String] = [:]) -> Result {
        spawn(["/bin/sh", "-c", script], environment: environment).wait()
    }

    /// Starts a shell script on a terminal of its own; what is written to the pipe `keys` is typed there.
    func startOnTerminal(_ script: String, environment: [String: String] = [:]) throws -> Process {
        mkfifo("\(path)/keys", 0o600)
        try write(script, to: "typed.sh")
        let words = ["/bin/sh", "-c", "exec script -qec '/bin/sh typed.sh' /dev/null <>keys"]
        return spawn(words, environment: ["TERM": "xterm"].merging(environment) { $1 })
    }

    /// Types at the terminal.
    func type(_ text: String) throws {
        let descriptor = open("\(path)/keys", O_WRONLY | O_CLOEXEC)
        try #require(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
    }

    /// Starts `belay` with these words on a terminal of its own.
    func onTerminal(
        _ words: String..., through wrapper: [String] = [], columns: Int = 80, rows: Int = 24,
        environment: [String: String] = [:]
    ) throws -> PseudoTerminal {
        try PseudoTerminal(
            wrapper + [Self.program] + words, environment: variables(["TERM": "xterm"].merging(environment) { $1 }),
            directory: path, columns: columns, rows: rows)
    }

    /// Starts `belay` with these words.
    func start(_ words: [String], through wrapper: [String] = [], environment: [String: String] = [:]) -> Process {
        spawn(wrapper + [Self.program] + words, environment: environment)
    }

    private func spawn(_ words: [String], environment: [String: String]) -> Process {
        let variables = variables(environment)
        let assignments = variables.map { "\($0.key)=\($0.value)" }
        return Process(["/usr/bin/env", "-C", path, "-i"] + assignments + words, outputs: "\(path)/output")
    }

    private func variables(_ further: [String: String]) -> [String: String] {
        [
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": path, "LANG": "C.UTF-8", "TZ": "UTC",
            "BELAY": Self.program, "HERE": path, "SWIFT_BACKTRACE": "enable=no",
        ].merging(further) { $1 }
    }

    @discardableResult
    private func run(_ words: [String]) -> Int32 {
        var pid: pid_t = 0
        var pointers = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        guard posix_spawn(&pid, words[0], nil, nil, &pointers, environ) == 0 else { return -1 }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    // MARK: Waiting

    /// A named pipe: `cat gate` in a step stands still until `openGate`.
    func makeGate(_ name: String = "gate") { mkfifo("\(path)/\(name)", 0o666) }

    /// Waits until somebody stands at the gate, and lets them go on.
    func openGate(_ name: String = "gate") throws {
        var descriptor: Int32 = -1
        try eventually("somebody stands at \(name)") {
            descriptor = open("\(self.path)/\(name)", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            return descriptor >= 0
        }
        close(descriptor)
    }
}

/// Waits until a condition holds, and fails after half a minute.
func eventually(
    _ what: String, location: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
) throws {
    let end = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < end {
        if try condition() { return }
        poll(nil, 0, 10)
    }
    Issue.record("not within 30 s: \(what)", sourceLocation: location)
    throw DeadlinePassed()
}

struct DeadlinePassed: Error {}
