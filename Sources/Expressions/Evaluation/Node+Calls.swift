/// A call of a function, with the overloads that its arguments may turn out to fit.
final class CallNode: Node {
    let range: Range<Int>
    let name: String
    let overloads: [Overload]
    let arguments: [any Node]

    init(_ name: String, _ overloads: [Overload], _ arguments: [any Node], _ range: Range<Int>) {
        self.name = name
        self.overloads = overloads
        self.arguments = arguments
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        for argument in arguments { values.append(try argument.evaluate(&frame)) }
        for overload in overloads where overload.accepts(values) {
            do { return try overload.implementation(values, &frame.budget) } catch { throw problem(error.message) }
        }
        let types = values.map(\.typeWord).joined(separator: ", ")
        throw problem("\(name) does not take (\(types))")
    }
}

/// `text.matches(pattern)` with a pattern compiled beforehand.
final class MatchNode: Node {
    let range: Range<Int>
    let text: any Node
    let pattern: Pattern

    init(_ text: any Node, _ pattern: Pattern, _ range: Range<Int>) {
        self.text = text
        self.pattern = pattern
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        let value = try text.evaluate(&frame)
        guard case .string(let string) = value else { throw problem("matches does not take \(value.typeWord)") }
        do { return .bool(try pattern.matches(string, &frame.budget)) } catch { throw problem(error.message) }
    }
}

/// `cel.bind(x, value, body)`.
final class BindNode: Node {
    let range: Range<Int>
    let slot: Int
    let value, body: any Node

    init(_ slot: Int, _ value: any Node, _ body: any Node, _ range: Range<Int>) {
        self.slot = slot
        self.value = value
        self.body = body
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        frame.locals[slot] = try value.evaluate(&frame)
        return try body.evaluate(&frame)
    }
}

/// `a.optMap(x, body)` and `a.optFlatMap(x, body)`.
final class OptionalMapNode: Node {
    let range: Range<Int>
    let operand: any Node
    let slot: Int
    let body: any Node
    let isFlat: Bool

    init(_ operand: any Node, _ slot: Int, _ body: any Node, isFlat: Bool, _ range: Range<Int>) {
        self.operand = operand
        self.slot = slot
        self.body = body
        self.isFlat = isFlat
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        guard let inner = try optional(try operand.evaluate(&frame), operand) else { return .optional(nil) }
        frame.locals[slot] = inner
        let result = try body.evaluate(&frame)
        if !isFlat { return .optional(result) }
        return .optional(try optional(result, body))
    }
}
