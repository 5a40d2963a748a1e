import Expressions
import RunbookModel

/// Makes the type of the variable `steps` from a list of steps that is not decoded yet.
struct StepRecords {
    let vocabulary: Vocabulary
    let includes: any Inclusions

    /// A record with a field for each step that has an id.
    func record(of list: SyntaxNode) -> RecordType {
        var fields: [String: RecordType.Field] = [:]
        for item in list.sequence ?? [] {
            guard let id = item.value(for: "id")?.scalar?.text else { continue }
            fields[id] = RecordType.Field(.record(step(item)))
        }
        return RecordType(noun: "step", fields: fields)
    }

    private func step(_ node: SyntaxNode) -> RecordType {
        let parts = parts(of: node)
        if parts.isUnknown { return Self.unknown }
        if parts.isPlain { return Self.plain }
        let instance = Self.step(outputs: parts.outputs, steps: parts.steps)
        guard parts.isRepeated else { return instance }
        var fields = Self.common
        fields["items"] = RecordType.Field(.map(.string, .record(instance)))
        return RecordType(noun: "field of a step", fields: fields)
    }

    /// What a step has beyond what every step has.
    private struct Parts {
        var outputs: [String: RecordType.Field] = [:]
        var steps: RecordType?
        var isRepeated = false
        /// Whether it includes a runbook that could not be loaded, which has been reported.
        var isUnknown = false
        var isPlain: Bool { outputs.isEmpty && steps == nil && !isRepeated }
    }

    private func parts(of node: SyntaxNode) -> Parts {
        var parts = Parts()
        for entry in node.mapping ?? [] {
            switch entry.key {
            case "outputs": parts.outputs.merge(outputs(entry.value)) { first, _ in first }
            case "set":
                for output in entry.value.mapping ?? [] { parts.outputs[output.key] = Self.computed }
            case "steps": parts.steps = record(of: entry.value)
            case "first_of":
                parts.steps = entry.value.value(for: "remedies").map(record)
                parts.outputs["remedy"] = RecordType.Field(.string, mayBeAbsent: true)
            case "backup": parts.outputs.merge(Self.ofBackup) { first, _ in first }
            case "restore": parts.outputs.merge(Self.ofRestore) { first, _ in first }
            case "manual", "approve":
                let fields = entry.value.value(for: "form").map(outputs) ?? [:]
                parts.outputs.merge(fields) { first, _ in first }
                if entry.key == "approve" { parts.outputs["approved_by"] = Self.names }
            case "runbook":
                guard let name = entry.value.scalar?.text,
                    let included = includes.runbook(named: RunbookName(name), at: entry.value.span)
                else {
                    parts.isUnknown = true
                    continue
                }
                parts.steps = included.steps
                for output in included.runbook.outputs { parts.outputs[output.name] = Self.computed }
            case "foreach": parts.isRepeated = true
            default: break
            }
        }
        return parts
    }

    private func outputs(_ node: SyntaxNode) -> [String: RecordType.Field] {
        var fields: [String: RecordType.Field] = [:]
        for entry in node.mapping ?? [] {
            let type = entry.value.value(for: "type")?.scalar.flatMap { InputType($0.text) }
            fields[entry.key] = type.map { .init($0.valueType, mayBeAbsent: true) } ?? Self.computed
        }
        return fields
    }

    // MARK: - Types of steps

    /// An output that is computed when the step ran; a skipped step has none.
    private static let computed = RecordType.Field(.dyn, mayBeAbsent: true)

    private static let ofBackup: [String: RecordType.Field] = [
        "path": text, "name": text, "sha256": text, "created": text, "size": number, "files": number, "bytes": number,
        "databases": number, "removed": .init(.list(.string), mayBeAbsent: true),
    ]

    private static let ofRestore: [String: RecordType.Field] = [
        "path": text, "to": text, "created": text, "host": text, "run": number, "files": number, "bytes": number,
        "databases": number,
    ]

    private static let text = RecordType.Field(.string, mayBeAbsent: true)
    private static let number = RecordType.Field(.int, mayBeAbsent: true)

    /// The users who approved.
    private static let names = RecordType.Field(.list(.string), mayBeAbsent: true)

    private static let common: [String: RecordType.Field] = [
        "state": .init(.string), "exit": .init(.int, mayBeAbsent: true), "dir": .init(.string, mayBeAbsent: true),
        "attempts": .init(.int), "checks": .init(.record(StandardTypes.checks)),
    ]

    /// The type that all steps without outputs or steps of their own share.
    private static let plain = step(outputs: [:], steps: nil)

    /// A step of which nothing is known.
    private static let unknown = RecordType(noun: "field of a step", fields: [:], others: .dyn)

    private static func step(outputs: [String: RecordType.Field], steps: RecordType?) -> RecordType {
        var fields = common
        fields["outputs"] = .init(.record(RecordType(noun: "output", fields: outputs)))
        if let steps { fields["steps"] = .init(.record(steps)) }
        return RecordType(noun: "field of a step", fields: fields)
    }
}
