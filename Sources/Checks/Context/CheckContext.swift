import Expressions
import RunHost
import RunbookModel

/// Everything a check may use of the run and of the host.
package struct CheckContext: Sendable {
    /// The run's variables, without secrets.
    package var bindings: any Bindings
    /// The same with `secrets`; used for headers and bodies of HTTP requests only.
    package var secretBindings: any Bindings
    /// The services of the system profile by name.
    package var services: [String: ServiceDeclaration] = [:]
    /// The base of relative paths in the system profile; commands of services run there.
    package var home: String
    /// The base of relative paths in the runbook; absolute.
    package var directory: String
    /// Where the pinned copies of `files:` and of script files lie, by their paths relative to the runbook.
    package var filesDirectory: String?
    /// Where scripts that are too long for an argument list may be written; removed after the look.
    package var scratchDirectory: String?
    package var process: ProcessContext
    /// Runs a process until it ends; at the timeout it and its group are ended. Blocks the calling thread.
    ///
    /// What it leaves running after an end of its own, such as a daemon, stays.
    package var runProcess: @Sendable (ProcessProbe, Cancellation) -> ProcessProbeResult
    package var http: HTTPClient
    package var clock: WaitClock
    package var cancellation: Cancellation
    /// In `done_when` only exit 1, or an exit code in `not_met:`, is "no"; other exit codes are inconclusive.
    package var isDoneWhen = false
    /// Databases that checks never open, such as Belay's own journal.
    package var forbiddenDatabases: [String] = []
    /// The path of this program, for what it does in processes of its own.
    package var executable = "belay"

    package init(
        bindings: any Bindings, secretBindings: (any Bindings)? = nil, home: String? = nil, directory: String,
        process: ProcessContext, http: HTTPClient, clock: WaitClock, cancellation: Cancellation = Cancellation(),
        runProcess: @escaping @Sendable (ProcessProbe, Cancellation) -> ProcessProbeResult
    ) {
        self.bindings = bindings
        self.secretBindings = secretBindings ?? bindings
        self.home = home ?? directory
        self.directory = directory
        self.process = process
        self.http = http
        self.clock = clock
        self.cancellation = cancellation
        self.runProcess = runProcess
    }

    /// A path of the runbook as an absolute one.
    package func path(_ text: String) throws(ArgumentProblem) -> String { try Self.path(text, under: directory) }

    /// A path of the system profile as an absolute one.
    package func profilePath(_ text: String) throws(ArgumentProblem) -> String { try Self.path(text, under: home) }

    private static func path(_ text: String, under base: String) throws(ArgumentProblem) -> String {
        guard !text.isEmpty else { throw ArgumentProblem("the path is empty") }
        guard !text.utf8.contains(0) else { throw ArgumentProblem("the path contains a NUL character") }
        return text.hasPrefix("/") ? text : base + "/" + text
    }
}

/// The evaluated settings of the processes of a step.
package struct ProcessContext: Sendable {
    package var environment: [String: String]
    /// The program and options that take `-c SCRIPT` or a file.
    package var shell: [String]
    package var umask: UInt32 = 0o022
    /// Nil: the driver's own.
    package var user: UserCredentials?
    /// Bytes kept of each of stdout and stderr.
    package var outputLimit = 1 << 20

    package init(environment: [String: String], shell: [String]) {
        self.environment = environment
        self.shell = shell
    }
}
