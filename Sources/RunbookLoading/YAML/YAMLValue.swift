import Diagnostics
import Expressions

/// YAML as a value: for files of input values, profiles and the function `yaml(text)`.
package enum YAMLValue {
    /// The value of a document; nil where it cannot be read, with the reasons in the bag.
    package static func parse(_ file: SourceFile, _ bag: inout DiagnosticBag) -> Value? {
        let errors = bag.errorCount
        let node = YAMLReader.read(file, &bag)
        return bag.errorCount == errors ? node.map(Value.init) : nil
    }

    /// The value of a document; the message of the first mistake where it cannot be read.
    package static func parse(_ text: String) throws(YAMLValueProblem) -> Value {
        var bag = DiagnosticBag()
        let file = SourceFile(name: "<text>", text: text)
        if let value = parse(file, &bag) { return value }
        let first = bag.diagnostics.first
        let place = first?.span.map { " (line \($0.position.line), column \($0.position.column))" } ?? ""
        throw YAMLValueProblem(message: (first?.message ?? "not YAML") + place)
    }
}

/// Why a text is not YAML.
package struct YAMLValueProblem: Error, Hashable, Sendable {
    /// What is wrong, with line and column; lower case, no full stop.
    package let message: String
}

extension Value {
    /// The value of a node by the core schema; keys are texts.
    init(_ node: SyntaxNode) {
        self =
            switch node.content {
            case .scalar(let scalar): Value(scalar.value)
            case .sequence(let items): .list(items.map(Value.init))
            case .refused: .null
            case .mapping(let entries): .map(ValueMap(entries.map { ($0.key, Value($0.value)) }))
            }
    }
}

/// The expression function `yaml(text)`.
package enum YAMLFunction {
    package static let function = Function(
        "yaml",
        [
            Overload([.string], .dyn) { arguments, budget throws(FunctionFailure) in
                let text = arguments[0].asString ?? ""
                try budget.spend(text.utf8.count)
                do throws(YAMLValueProblem) {
                    return try YAMLValue.parse(text)
                } catch {
                    throw FunctionFailure("not YAML: \(error.message)")
                }
            }
        ])
}
