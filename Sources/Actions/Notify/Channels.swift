import Checks
import Glibc
import RunHost
import RunbookModel

/// Appends one JSON line a message.
struct LogChannel {
    let path: String
    let directory: String

    /// Nil where it was written, else why not.
    func append(_ message: Message) -> String? {
        let file = path.hasPrefix("/") ? path : directory + "/" + path
        // A log that is a pipe without a reader must not hold the step.
        let descriptor = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { return SystemError.last("open \(file)").description }
        defer { close(descriptor) }
        do {
            // One write, so that lines of several runs never mix.
            try HostFiles.write(Array((message.json + "\n").utf8), to: descriptor, path: file)
            return nil
        } catch {
            return "\(error)"
        }
    }
}

/// Hands the message to a program: as JSON on its standard input, and in `BELAY_*` variables.
struct CommandChannel {
    let arguments: [String]
    let context: ActionContext

    private static let standardTimeout = Duration.seconds(30)
    /// One variable may have 128 KiB (execve(2)); the whole text is in the JSON.
    private static let longestVariable = 32_768

    /// Nil where it exited with 0, else why not.
    func deliver(_ message: Message) -> String? {
        var probe = ProcessProbe(
            arguments, in: context.channelDirectory, context.checks.process,
            timeout: min(context.timeout ?? Self.standardTimeout, Self.standardTimeout))
        // Channels belong to Belay, not to the step with its user.
        probe.user = nil
        for (name, value) in message.environment {
            let bytes = value.utf8.prefix(Self.longestVariable).filter { $0 != 0 }
            probe.environment[name] = String(decoding: bytes, as: UTF8.self)
        }
        probe.input = Array((message.json + "\n").utf8)
        let result = context.checks.runProcess(probe, context.checks.cancellation)
        return result.end == .exited(0) ? nil : result.detail
    }
}
