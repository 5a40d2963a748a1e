import Expressions
import RunMachine
import RunPlan
import RunbookModel

/// What an action or check does, in a few words on one line.
struct ActionWords {
    /// Shows a template or expression: as it is written, or with its value where that is known.
    var text: (Template) -> String = { $0.source }
    var expression: (Expression) -> String = { $0.source }

    func words(_ action: ActionCall) -> String {
        guard Prompt.Kind(rawValue: action.kind) != nil else { return words(action.kind, action.argument) }
        let who = action.argument["by"].map { " by " + short($0) } ?? ""
        return "\(action.kind)\(who): " + (action.argument["text"].map(short) ?? "")
    }
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
        let text: String
        switch (kind, argument) {
        case ("files", .list(let items)): text = items.map(fileOperation).joined(separator: "; ")
        case ("config", .record): text = configuration(argument)
        case ("manual", _), ("approve", _), ("confirm", _): text = question(argument)
        default: text = short(argument)
        }
        return text.isEmpty ? kind : "\(kind) \(text)"
    }

    /// One operation of `files`: its name and its paths.
    private func fileOperation(_ argument: Argument) -> String {
        guard case .record(let fields) = argument, let field = fields.first else { return short(argument) }
        let paths = ["path", "from", "to"].compactMap { field.value[$0].map(short) }
        return "\(field.key) \(paths.isEmpty ? short(field.value) : paths.joined(separator: " to "))"
    }

    private func configuration(_ argument: Argument) -> String {
        let file = argument["file"].map(short) ?? ""
        if let migrate = argument["migrate"] {
            return "\(file) to version \(migrate["to"].map(short) ?? "") using \(migrate["using"].map(short) ?? "")"
        }
        guard case .list(let changes)? = argument["changes"] else { return file }
        return changes.count == 1 ? "\(file): \(short(changes[0]))" : "\(file): \(changes.count) changes"
    }

    /// What a person is asked, by its first line, and what is wanted of them; how they hear of it is left out.
    private func question(_ argument: Argument) -> String {
        guard case .record(let fields) = argument else { return firstLine(short(argument)) }
        let other = fields.filter { !["text", "tell", "remind", "escalate"].contains($0.key) && !$0.isPinned }
        let ask = argument["text"].map { firstLine(short($0)) } ?? ""
        return ([ask] + other.map { "\($0.key): \(short($0.value))" }).joined(separator: ", ")
    }

    private func firstLine(_ text: String) -> String {
        let lines = text.split(separator: "\n")
        return lines.count > 1 ? "\(lines[0]) …" : String(lines.first ?? "")
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
