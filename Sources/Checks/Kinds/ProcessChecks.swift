import Expressions
import RunHost
import RunbookModel

/// A script or a program that answers by its exit code.
struct ExitCheck: CheckPerformer {
    /// `run` or `command`.
    let kind: String

    func title(_ argument: ArgumentReader) -> String {
        let text = argument.shown("file") ?? argument.shown("argv") ?? argument.shown()
        let firstLine = text.split(separator: "\n").first.map(String.init) ?? text
        return kind + " " + String(firstLine.prefix(60))
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let result = try ProcessRunner(look).run(kind, look.argument)
        let codes = try look.argument.value("not_met")?.asList?.compactMap { $0.asInt.map(Int.init) }
        return judge(result, noes: codes ?? (look.context.isDoneWhen ? [1] : nil))
    }

    /// `noes`: the exit codes that say no, where others are inconclusive.
    private func judge(_ result: ProcessProbeResult, noes: [Int]?) -> CheckFinding {
        guard case .exited(let code) = result.end else { return CheckFinding(.inconclusive, result.detail) }
        let answer: CheckAnswer =
            switch code {
            case 0: .met
            case 126, 127: .inconclusive
            default: noes?.contains(code) ?? true ? .notMet : .inconclusive
            }
        return CheckFinding(answer, result.detail, value: .int(Int64(code)))
    }
}

/// Runs what stands under `run` or `command`, for the kinds of check that do so, and for evidence.
package struct ProcessRunner {
    let context: CheckContext
    let timeout: Duration

    init(_ look: CheckLook) {
        context = look.context
        timeout = look.timeout
    }

    package init(_ context: CheckContext, timeout: Duration) {
        self.context = context
        self.timeout = timeout
    }

    /// The result of a process; errors are about what is to be run.
    package func run(_ kind: String, _ argument: ArgumentReader) throws -> ProcessProbeResult {
        var settings = ProcessLaunch.Settings(
            shell: context.process.shell, scripts: context.filesDirectory ?? context.directory, scratch: nil)
        let scratch = context.scratchDirectory.map(TemporaryDirectory.init)
        settings.scratch = scratch?.path
        let launch = try ProcessLaunch.from(kind: kind, argument: try argument.resolved(), settings: settings)
        defer { scratch?.remove() }
        if let script = launch.script { try scratch?.write(script) }
        let probe = ProcessProbe(launch.arguments, in: context.directory, context.process, timeout: timeout)
        return context.runProcess(probe, context.cancellation)
    }
}

extension ProcessProbeResult {
    /// How it ended and what it said last, for people.
    package var detail: String {
        let ending =
            switch end {
            case .exited(let code): "exit \(code)"
            case .signalled(let signal): "ended by signal \(signal)"
            case .timedOut: "timed out after \(DurationText.render(elapsed))"
            case .notStarted(let reason): "not started: \(reason)"
            case .interrupted: "interrupted"
            }
        let said = [stderr, stdout].lazy.compactMap { Self.lastLine($0) }.first
        return said.map { "\(ending): \($0)" } ?? ending
    }

    /// The last line that is not empty, in 200 characters at most.
    private static func lastLine(_ bytes: [UInt8]) -> String? {
        let line = bytes.suffix(4096).split(separator: UInt8(ascii: "\n")).last { line in
            line.contains { $0 > 32 }
        }
        guard let line else { return nil }
        let text = String(decoding: line, as: UTF8.self).filter { !$0.isASCII || $0 >= " " }
        return text.count > 200 ? String(text.prefix(200)) + "…" : text
    }
}
