import Expressions
import RunPlan
import RunbookModel

/// What an action or check does, in a few words on one line.
struct ActionWords {
    /// Shows a template or expression: as it is written, or with its value where that is known.
    var text: (Template) -> String = { $0.source }
    var expression: (Expression) -> String = { $0.source }

    func words(_ action: ActionCall) -> String { words(action.kind, action.argument) }
    func words(_ check: CheckCall) -> String { check.title.map(text) ?? words(check.kind, check.argument) }

    /// What a step does, whatever its kind.
    func words(_ node: PlanNode) -> String {
        switch node.step.body {
        case .action(let call): words(call)
        case .verify: "verify " + node.step.verify.map { words($0) }.joined(separator: "; ")
        case .group: "group"
        case .include(let inclusion): "runbook \(inclusion.name)"
        case .firstOf(let ladder): "first of \(ladder.remedies.map(\.id.text).joined(separator: ", "))"
        }
    }

    func foreach(_ foreach: ForEach?) -> String? {
        switch foreach?.items {
        case .expression(let items): "for each of \(expression(items))"
        case .list(let items): "for each of \(items.count) items"
        case nil: nil
        }
    }

    private func words(_ kind: String, _ argument: Argument) -> String {
        let text = short(argument)
        return text.isEmpty ? kind : "\(kind) \(text)"
    }

    /// The argument on one line; a script by its first line.
    private func short(_ argument: Argument) -> String {
        switch argument {
        case .constant(let value):
            let lines = value.plainWords.split(separator: "\n")
            return lines.count > 1 ? "\(lines[0]) …" : String(lines.first ?? "")
        case .template(let template, _): return text(template)
        case .expression(let source): return expression(source)
        case .list(let items): return items.map(short).joined(separator: " ")
        case .record(let fields):
            return fields.filter { !$0.isPinned }.map { "\($0.key): \(short($0.value))" }.joined(separator: ", ")
        case .checks(let checks): return checks.map { words($0) }.joined(separator: "; ")
        case .form(let fields): return fields.map(\.name).joined(separator: ", ")
        }
    }
}
