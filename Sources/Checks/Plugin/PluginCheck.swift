import Expressions
import RunHost
import RunbookModel

/// A monitoring plugin: its exit code answers, the first line of its output says what it saw.
///
/// https://www.monitoring-plugins.org/doc/guidelines.html
struct PluginCheck: CheckPerformer {
    let kind = "plugin"

    func title(_ argument: ArgumentReader) -> String {
        let text = argument.shown()
        let firstLine = text.split(separator: "\n").first.map(String.init) ?? text
        return kind + " " + String(firstLine.prefix(60))
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let isList = try look.argument.value()?.asList != nil
        let result = try ProcessRunner(look).run(isList ? "command" : "run", look.argument)
        let output = PluginOutput(result.stdout)
        let answer: CheckAnswer =
            switch result.end {
            case .exited(0): .met
            case .exited(1): .warn
            case .exited(2): .notMet
            default: .inconclusive
            }
        // What cannot be run prints nothing that could be trusted.
        let isPlugin = if case .exited(0...3) = result.end { true } else { false }
        let detail = isPlugin && !output.text.isEmpty ? output.text : result.detail
        var finding = CheckFinding(answer, detail)
        if isPlugin, !output.data.isEmpty { finding.value = output.value }
        return finding
    }
}
