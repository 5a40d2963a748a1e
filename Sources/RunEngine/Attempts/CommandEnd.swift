import Actions
import RunHost

/// How a command ended, and what it left.
struct CommandEnd: Sendable {
    var ending: AttemptResult.Ending
    var endedBy = AttemptResult.EndedBy.itself
    var elapsed: Duration
    var files = CommandFiles(stdout: [], stderr: [], output: [])

    init(_ ending: AttemptResult.Ending, elapsed: Duration) {
        self.ending = ending
        self.elapsed = elapsed
    }
}

/// What a command wrote; read only when it is asked for.
struct CommandFiles: Sendable {
    /// The first mebibyte.
    let stdout: @Sendable () -> [UInt8]
    let stderr: @Sendable () -> [UInt8]
    /// What it wrote to `$BELAY_OUTPUT`; one byte more than is allowed where it is too much.
    let output: @Sendable () -> [UInt8]
    private let tail: @Sendable () -> [UInt8]

    /// The files of an attempt.
    init(in directory: String) {
        stdout = { HostFiles.head(of: directory + "/stdout", limit: 1 << 20) }
        stderr = { HostFiles.head(of: directory + "/stderr", limit: 1 << 20) }
        output = { (try? HostFiles.read(directory + "/output", limit: OutputFile.limit + 1)) ?? [] }
        tail = { HostFiles.tail(of: directory + "/stderr", limit: 2_000) }
    }

    init(stdout: [UInt8], stderr: [UInt8], output: [UInt8]) {
        self.stdout = { stdout }
        self.stderr = { stderr }
        self.output = { output }
        tail = { Array(stderr.suffix(2_000)) }
    }

    /// The last line that a failed command wrote to its standard error: most often the reason.
    var lastWords: String {
        let lines = String(decoding: tail(), as: UTF8.self).split(whereSeparator: \.isNewline)
        guard let last = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return "" }
        return ": " + last.prefix(300)
    }
}
