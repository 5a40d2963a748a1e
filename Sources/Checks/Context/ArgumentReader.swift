import Expressions
import RunbookModel

/// Reads what stands under an action or check, evaluating templates as they are asked for.
package struct ArgumentReader: Sendable {
    package let argument: Argument
    package let bindings: any Bindings
    private let secretBindings: any Bindings

    package init(_ argument: Argument, bindings: any Bindings, secretBindings: any Bindings) {
        self.argument = argument
        self.bindings = bindings
        self.secretBindings = secretBindings
    }

    package init(_ argument: Argument, _ context: CheckContext) {
        self.init(argument, bindings: context.bindings, secretBindings: context.secretBindings)
    }

    /// The whole argument with its templates evaluated; secrets are not available.
    package func resolved() throws -> Argument { try argument.resolved { try $0.evaluate(bindings) } }

    /// The whole argument as a value; nil where expressions or checks are in it.
    package func value() throws -> Value? { try resolved().value }

    /// Whether a key is there.
    package func has(_ key: String) -> Bool { part(key) != nil }

    /// The value of a key, without secrets.
    package func value(_ key: String) throws -> Value? {
        try part(key)?.resolved { try $0.evaluate(bindings) }.value
    }

    /// The value of a key in which secrets may stand; it is neither shown nor journaled.
    package func secretValue(_ key: String) throws -> Value? {
        try part(key)?.resolved { try $0.evaluate(secretBindings) }.value
    }

    package func text(_ key: String) throws -> String? { try value(key)?.asString }

    package func required(_ key: String) throws -> String {
        guard let text = try text(key) else { throw ArgumentProblem("'\(key)' is missing") }
        return text
    }

    package func texts(_ key: String) throws -> [String]? { try value(key)?.asList?.compactMap(\.asString) }
    package func int(_ key: String) throws -> Int64? { try value(key)?.asInt }
    package func bool(_ key: String) throws -> Bool? { try value(key)?.asBool }
    package func duration(_ key: String) throws -> Duration? { try value(key)?.asDuration?.duration }

    /// A record under a key, such as the request of a metric.
    package func record(_ key: String) -> ArgumentReader? {
        part(key).map { ArgumentReader($0, bindings: bindings, secretBindings: secretBindings) }
    }

    package func expression(_ key: String) -> Expression? {
        if case .expression(let expression)? = part(key) { expression } else { nil }
    }

    package func checks(_ key: String) -> [CheckCall]? {
        if case .checks(let checks)? = part(key) { checks } else { nil }
    }

    /// What a person would read under a key: its value, or the text as written where that has none yet.
    package func shown(_ key: String) -> String? {
        part(key).map { ArgumentReader($0, bindings: bindings, secretBindings: secretBindings).shown() }
    }

    /// What a person would read for the whole argument.
    package func shown() -> String {
        if let value = try? value() {
            return value.asList?.map(\.plainText).joined(separator: " ") ?? value.plainText
        }
        return switch argument {
        case .template(let template, _): template.source
        case .expression(let expression): expression.source
        default: "…"
        }
    }

    /// A field of a record, whether it was written as one or came out of a template as a mapping.
    private func part(_ key: String) -> Argument? {
        switch argument {
        case .record: return argument[key]
        case .constant(let value): return value[key].map(Argument.constant)
        case .template(let template, let shape):
            guard let value = try? shape.convert(try template.evaluate(bindings)) else { return nil }
            return value[key].map(Argument.constant)
        default: return nil
        }
    }
}
