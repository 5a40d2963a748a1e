import Expressions
import Glibc
import RunHost

/// Belay's own hidden command for archives, as a supervised process that can be ended at any moment.
package struct ArchiveCommand {
    private let context: CheckContext
    private let timeout: Duration

    package init(_ context: CheckContext, timeout: Duration) {
        self.context = context
        self.timeout = timeout
    }

    package enum Outcome {
        case done(Value)
        /// For people; lower case, no full stop.
        case failed(String)
        case timedOut
        case interrupted
    }

    /// Runs an operation to its end. Blocks the calling thread.
    package func run(_ operation: String, _ order: Value) -> Outcome {
        var settings = ProcessContext(environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], shell: [])
        // Where tests let it die.
        if let point = getenv("BELAY_CRASH_AT") { settings.environment["BELAY_CRASH_AT"] = String(cString: point) }
        var probe = ProcessProbe([context.executable, "__archive", operation], in: "/", settings, timeout: timeout)
        probe.input = order.jsonBytes()
        let result = context.runProcess(probe, context.cancellation)
        switch result.end {
        case .exited(0): return (try? JSONText.parse(result.stdout)).map { .done($0) } ?? .failed("it gave no result")
        case .exited: return .failed(Self.words(result))
        case .timedOut: return .timedOut
        case .interrupted: return .interrupted
        case .signalled, .notStarted: return .failed(result.detail)
        }
    }

    private static func words(_ result: ProcessProbeResult) -> String {
        guard let said = try? JSONText.parse(result.stdout), let error = said["error"]?.asString else {
            return result.detail
        }
        return error + (said["help"]?.asString.map { " (\($0))" } ?? "")
    }
}
