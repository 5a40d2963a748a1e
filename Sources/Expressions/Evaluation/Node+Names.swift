/// A value known beforehand.
final class ConstantNode: Node {
    let range: Range<Int>
    let value: Value

    init(_ value: Value, _ range: Range<Int>) {
        self.value = value
        self.range = range
    }

    var constant: Value? { value }
    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value { value }
}

/// What is known to fail, but only matters where it is evaluated.
final class FailingNode: Node {
    let range: Range<Int>
    let message: String

    init(_ message: String, _ range: Range<Int>) {
        self.message = message
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value { throw problem(message) }
}

/// A variable of a macro.
final class LocalNode: Node {
    let range: Range<Int>
    let slot: Int

    init(_ slot: Int, _ range: Range<Int>) {
        self.slot = slot
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        return frame.locals[slot]
    }
}

/// A free variable.
final class VariableNode: Node {
    let range: Range<Int>
    let name: String

    init(_ name: String, _ range: Range<Int>) {
        self.name = name
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        guard let value = frame.bindings.value(name) else { throw problem("'\(name)' has no value here") }
        return value
    }
}

/// A field of a free variable, for which the bindings may have a short way.
final class MemberNode: Node {
    let range: Range<Int>
    let variable: String
    let field: String
    let noun: String?

    init(_ variable: String, _ field: String, noun: String?, _ range: Range<Int>) {
        self.variable = variable
        self.field = field
        self.noun = noun
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        guard let value = try lookUp(&frame) else { throw problem(absent(field, noun)) }
        return value
    }

    /// The field, or nil where it is absent.
    func lookUp(_ frame: inout Frame) throws(EvaluationProblem) -> Value? {
        try frame.enter(self)
        if let specialised = frame.bindings.member(variable, field) { return specialised }
        guard let value = frame.bindings.value(variable) else { throw problem("'\(variable)' has no value here") }
        guard case .map(let map) = value else { throw problem(noFields(value)) }
        return map[field]
    }
}

/// What is said of a field or key that is not there.
func absent(_ field: String, _ noun: String?) -> String { "the \(noun ?? "key") '\(field)' is absent" }

/// What is said where something without fields is selected from.
func noFields(_ value: Value) -> String { "\(value.typeWord) has no fields" }
