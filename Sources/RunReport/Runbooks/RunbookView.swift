import Diagnostics
import RunPlan
import RunbookModel

/// What a runbook is for: its description, what it needs, its inputs and its steps.
package struct RunbookView: Encodable, Sendable {
    package struct Input: Encodable, Sendable {
        package let name: String
        package let type: String
        package let isRequired: Bool
        package let isSecret: Bool
        package let `default`: String?
        package let choices: [String]?
        package let description: String?
    }

    package let version = 1
    package let runbook: String
    package let title: String?
    package let description: String?
    package let path: String
    package let labels: [String: String]
    /// Milliseconds.
    package let estimatedDuration: Int64?
    package let estimatedDowntime: Int64?
    package let inputs: [Input]
    /// Keys of the system profile; optional ones end with `?`.
    package let requiredSystem: [String]
    package let requiredCommands: [String]
    package let secrets: [String]
    package let locks: [String]
    package let preconditions: [String]
    package let outputs: [String]
    package let rollbackPolicy: String
    package let graph: GraphView

    package init(_ runbook: Runbook, included: [RunbookName: Runbook], path: String) {
        self.runbook = runbook.name.text
        title = runbook.title
        description = runbook.description
        self.path = path
        labels = Dictionary(runbook.labels.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        estimatedDuration = runbook.estimate.duration?.inMilliseconds
        estimatedDowntime = runbook.estimate.downtime?.inMilliseconds
        inputs = runbook.inputs.map(Self.input)
        requiredSystem = runbook.requires.system.map { $0.isOptional ? $0.path + "?" : $0.path }
        requiredCommands = runbook.requires.commands.map(\.value)
        secrets = runbook.secrets.map(\.name)
        locks = runbook.locks.map(\.name.source)
        preconditions = runbook.preconditions.map { ActionWords().words($0) }
        outputs = runbook.outputs.map(\.name)
        rollbackPolicy = runbook.rollback.policy.rawValue
        graph = GraphView(runbook: runbook, included: included)
    }

    private static func input(_ input: InputDeclaration) -> Input {
        var shown: String?
        switch input.default {
        case .template(let template, _): shown = template.source
        case let argument?: shown = input.isSecret ? "***" : argument.value?.plainWords
        case nil: break
        }
        return Input(
            name: input.name, type: input.type.name, isRequired: input.isRequired, isSecret: input.isSecret,
            default: shown, choices: input.choices?.map(\.plainWords), description: input.description)
    }

    package func text(_ style: TextStyle) -> String {
        var text = style.paint(DisplayText.escaped(runbook), .bold)
        if let title { text += "  \(DisplayText.escaped(title))" }
        text += "\n"
        if let description {
            text +=
                "\n"
                + Self.lines(description)
                .map { $0.isEmpty ? "\n" : "  \(DisplayText.escaped(String($0)))\n" }.joined()
        }
        text += "\n" + facts()
        if !inputs.isEmpty { text += "\n" + inputTable(style) }
        return text + "\n" + graph.text(style)
    }

    /// Without empty lines at its end.
    private static func lines(_ text: String) -> [Substring] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private func facts() -> String {
        var lines = [("file", path)]
        if let estimatedDuration { lines.append(("takes", "about \(ClockText.length(estimatedDuration))")) }
        if let estimatedDowntime { lines.append(("downtime", "about \(ClockText.length(estimatedDowntime))")) }
        let lists = [
            ("system", requiredSystem), ("commands", requiredCommands), ("secrets", secrets), ("locks", locks),
            ("outputs", outputs),
        ]
        lines += lists.filter { !$0.1.isEmpty }.map { ($0.0, $0.1.joined(separator: ", ")) }
        lines.append(("rollback", rollbackPolicy))
        lines += preconditions.map { ("requires", $0) }
        return lines.map { "  \(DisplayText.padded($0.0, to: 10)) \(DisplayText.escaped($0.1))\n" }.joined()
    }

    private func inputTable(_ style: TextStyle) -> String {
        var table = TextTable(["INPUT", "TYPE", "DEFAULT", "DESCRIPTION"])
        for input in inputs {
            let type = input.choices.map { "\(input.type): \($0.joined(separator: " | "))" } ?? input.type
            table.add([
                input.name, type, input.default ?? (input.isRequired ? "required" : ""), input.description ?? "",
            ])
        }
        return table.text(style)
    }
}
