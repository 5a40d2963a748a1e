/// An operator on two values.
final class BinaryNode: Node {
    typealias Implementation = @Sendable (Value, Value, inout Budget) throws(FunctionFailure) -> Value

    let range: Range<Int>
    let left: any Node
    let right: any Node
    let implementation: Implementation

    init(_ implementation: @escaping Implementation, _ left: any Node, _ right: any Node, _ range: Range<Int>) {
        self.implementation = implementation
        self.left = left
        self.right = right
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        let one = try left.evaluate(&frame)
        let other = try right.evaluate(&frame)
        do { return try implementation(one, other, &frame.budget) } catch { throw problem(error.message) }
    }
}

/// `!a`.
final class NotNode: Node {
    let range: Range<Int>
    let operand: any Node

    init(_ operand: any Node, _ range: Range<Int>) {
        self.operand = operand
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        return .bool(!(try truth(operand, &frame)))
    }
}

/// `-a`.
final class NegateNode: Node {
    let range: Range<Int>
    let operand: any Node

    init(_ operand: any Node, _ range: Range<Int>) {
        self.operand = operand
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        let value = try operand.evaluate(&frame)
        do { return try Arithmetic.negate(value) } catch { throw problem(error.message) }
    }
}

/// A chain of `&&` or `||`: an operand that decides makes errors of the others not matter.
final class LogicNode: Node {
    let range: Range<Int>
    let operands: [any Node]
    /// False for `&&`, true for `||`.
    let decisive: Bool

    init(_ operands: [any Node], decisive: Bool, _ range: Range<Int>) {
        self.operands = operands
        self.decisive = decisive
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        var failure: EvaluationProblem?
        for operand in operands {
            do throws(EvaluationProblem) {
                if try truth(operand, &frame) == decisive { return .bool(decisive) }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!decisive)
    }
}

/// `a ? b : c`.
final class ConditionalNode: Node {
    let range: Range<Int>
    let condition, whenTrue, whenFalse: any Node

    init(_ condition: any Node, _ whenTrue: any Node, _ whenFalse: any Node, _ range: Range<Int>) {
        self.condition = condition
        self.whenTrue = whenTrue
        self.whenFalse = whenFalse
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        return try truth(condition, &frame) ? whenTrue.evaluate(&frame) : whenFalse.evaluate(&frame)
    }
}
