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

/// A field of a free variable, for which the bindings may have a short way: `steps.backup`, `steps.?backup`.
final class MemberNode: Node {
    let range: Range<Int>
    let variable: String
    let field: FieldAccess

    init(_ variable: String, _ field: FieldAccess, _ range: Range<Int>) {
        self.variable = variable
        self.field = field
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        if let found = frame.bindings.member(variable, field.name) { return try field.result(found, self) }
        return try field.select(from: try whole(&frame), self)
    }

    /// Whether the field is there.
    func isPresent(_ frame: inout Frame) throws(EvaluationProblem) -> Bool {
        try frame.enter(self)
        if let found = frame.bindings.member(variable, field.name) { return found != nil }
        return try field.isPresent(in: try whole(&frame), self)
    }

    private func whole(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        guard let value = frame.bindings.value(variable) else { throw problem("'\(variable)' has no value here") }
        return value
    }
}
