import Diagnostics
import Expressions
import RunbookModel
import Testing

/// Arguments as the loader makes them from YAML, here from literals.
enum Writing {
    static let span = Span(file: SourceFile(name: "test.yml", text: ""), range: 0..<0)

    private static let variables = [
        "inputs", "steps", "secrets", "system", "exit", "signal", "stdout", "stderr", "elapsed", "status", "headers",
        "body", "value", "rows",
    ]

    static func check(_ kind: String, _ value: Value, _ change: (inout CheckCall) -> Void = { _ in }) -> CheckCall {
        guard let shape = Vocabulary.standard.checks[kind]?.shape else { fatalError("no check '\(kind)'") }
        var call = CheckCall(kind: kind, argument: argument(value, shape), span: span)
        change(&call)
        return call
    }

    static func action(_ kind: String, _ value: Value) -> Argument {
        guard let shape = Vocabulary.standard.actions[kind]?.shape else { fatalError("no action '\(kind)'") }
        return argument(value, shape)
    }

    static func expression(_ source: String) -> Expression {
        let environment = Environment(variables: Dictionary(uniqueKeysWithValues: variables.map { ($0, .dyn) }))
        switch Expression.compile(source, in: environment) {
        case .success(let expression): return expression
        case .failure(let problems): fatalError("'\(source)': \(problems)")
        }
    }

    static func template(_ text: String) -> Template {
        let environment = Environment(variables: Dictionary(uniqueKeysWithValues: variables.map { ($0, .dyn) }))
        switch Template.parse(text).flatMap({ $0.check(in: environment) }) {
        case .success(let template): return template
        case .failure(let problems): fatalError("'\(text)': \(problems)")
        }
    }

    private static func argument(_ value: Value, _ shape: Shape) -> Argument {
        switch (shape, value) {
        case (.expression, .string(let source)): .expression(expression(source))
        case (.checks, .list(let calls)): .checks(calls.map(nested))
        case (.checks, _): .checks([nested(value)])
        case (.either(let shapes), _): argument(value, shapes.first { fits(value, $0) } ?? .value)
        case (.record(let keys), .map(let map)):
            .record(map.map { entry in field(entry, keys.first { $0.name == entry.key.asString }?.shape ?? .value) })
        case (.mapping(let item), .map(let map)): .record(map.map { field($0, item) })
        case (.comparison, .map(let map)): .record(map.map { field($0, .comparison) })
        case (.list(let item), .list(let items)), (.oneOrMany(let item), .list(let items)):
            .list(items.map { argument($0, item) })
        case (.value, .map(let map)): .record(map.map { field($0, .value) })
        case (.value, .list(let items)): .list(items.map { argument($0, .value) })
        case (.oneOrMany(let item), _): .list([argument(value, item)])
        default: scalar(value, shape)
        }
    }

    private static func field(_ entry: ValueMap.Entry, _ shape: Shape) -> Argument.Field {
        Argument.Field(key: entry.key.asString ?? "", value: argument(entry.value, shape), span: span)
    }

    private static func nested(_ value: Value) -> CheckCall {
        guard let entry = value.asMap?.first else { fatalError("expected a check") }
        return check(entry.key.asString ?? "", entry.value)
    }

    private static func fits(_ value: Value, _ shape: Shape) -> Bool {
        switch (shape, value) {
        case (.record, .map), (.mapping, .map), (.list, .list): true
        case (.record, _), (.mapping, _), (.list, _): false
        default: value.asMap == nil && value.asList == nil
        }
    }

    private static func scalar(_ value: Value, _ shape: Shape) -> Argument {
        if let text = value.asString, text.contains("${{") { return .template(template(text), shape) }
        do {
            return .constant(try shape.convert(value))
        } catch {
            fatalError("\(value): \(error)")
        }
    }
}
