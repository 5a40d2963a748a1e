import Diagnostics
import Expressions

/// What stands under a key of an action or check: decoded, located, and still to be evaluated where it says so.
package indirect enum Argument: Sendable {
    /// A value known at load, already converted to its shape.
    case constant(Value)
    /// A string with `${{ }}`; evaluated when the step starts, then converted to the shape.
    case template(Template, Shape)
    /// A CEL expression, evaluated by the action or check itself (`expect`, `value`, `set`).
    case expression(Expression)
    case list([Argument])
    case record([Field])
    case checks([CheckCall])
    /// The fields of a form; their defaults may be templates.
    case form([InputDeclaration])

    package struct Field: Sendable {
        package let key: String
        package let value: Argument
        package let span: Span
        /// Not written under the key, but taken from a file that the run pins.
        package let isPinned: Bool
        package init(key: String, value: Argument, span: Span, isPinned: Bool = false) {
            self.key = key
            self.value = value
            self.span = span
            self.isPinned = isPinned
        }
    }

    /// The argument under a key of a record.
    package subscript(key: String) -> Argument? {
        guard case .record(let fields) = self else { return nil }
        return fields.first { $0.key == key }?.value
    }

    /// The value, where it is known: constants, and lists and records made of them.
    package var value: Value? {
        switch self {
        case .constant(let value): return value
        case .template, .expression, .checks, .form: return nil
        case .list(let items):
            let values = items.compactMap(\.value)
            return values.count == items.count ? .list(values) : nil
        case .record(let fields):
            var entries: [(String, Value)] = []
            for field in fields {
                guard let value = field.value.value else { return nil }
                entries.append((field.key, value))
            }
            return .map(ValueMap(entries))
        }
    }

    /// The argument with every template replaced by its converted value.
    ///
    /// Errors: whatever `evaluate` throws, or an `ArgumentProblem` where the value does not fit the shape.
    package func resolved(_ evaluate: (Template) throws -> Value) throws -> Argument {
        switch self {
        case .constant, .expression, .checks: return self
        case .form(let fields):
            return .form(
                try fields.map { field in
                    var field = field
                    field.default = try field.default?.resolved(evaluate)
                    return field
                })
        case .template(let template, let shape):
            return .constant(try shape.convert(try evaluate(template)))
        case .list(let items): return .list(try items.map { try $0.resolved(evaluate) })
        case .record(let fields):
            return .record(
                try fields.map {
                    Field(key: $0.key, value: try $0.value.resolved(evaluate), span: $0.span, isPinned: $0.isPinned)
                })
        }
    }
}

/// An action as written: its kind and what stands under it.
package struct ActionCall: Sendable {
    package let kind: String
    package var argument: Argument
    package let span: Span

    package init(kind: String, argument: Argument, span: Span) {
        self.kind = kind
        self.argument = argument
        self.span = span
    }
}

/// A check as written, with the keys that all checks have.
package struct CheckCall: Sendable {
    package enum Severity: String, Sendable, Codable { case error, warn }

    package let kind: String
    package var argument: Argument
    package let span: Span
    package var id: StepID?
    package var title: Template?
    package var why: String?
    package var when: Expression?
    /// How long one look may take; default 10 s.
    package var timeout: Setting<Duration>?
    package var severity: Severity = .error
    /// How long a precondition may wait to be met.
    package var within: Setting<Duration>?
    /// Whether a precondition is evaluated again on resume.
    package var recheck = false

    package init(kind: String, argument: Argument, span: Span) {
        self.kind = kind
        self.argument = argument
        self.span = span
    }
}

/// A setting that may be written as `${{ }}`: a value now, or a template to be evaluated when it is needed.
package enum Setting<Wrapped: Sendable>: Sendable {
    case value(Wrapped)
    case template(Template)
}
