/// A part of a checked expression, with names resolved and overloads picked.
protocol Node: Sendable {
    /// The part of the source that it stands for.
    var range: Range<Int> { get }
    /// The value where it is known without evaluation.
    var constant: Value? { get }
    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value
}

extension Node {
    var constant: Value? { nil }

    func problem(_ message: String) -> EvaluationProblem { EvaluationProblem(message: message, range: range) }

    /// The truth value of an operand that must have one.
    func truth(_ node: any Node, _ frame: inout Frame) throws(EvaluationProblem) -> Bool {
        let value = try node.evaluate(&frame)
        guard case .bool(let flag) = value else {
            throw EvaluationProblem(message: "expected true or false, found \(value.typeWord)", range: node.range)
        }
        return flag
    }
}

/// The state of one evaluation.
struct Frame {
    /// Variables of macros, by slot.
    var locals: [Value]
    let bindings: any Bindings
    var budget: Budget

    /// Takes the price of one node, which every node pays that can be evaluated repeatedly.
    mutating func enter(_ node: some Node) throws(EvaluationProblem) { try spend(5, node) }

    mutating func spend(_ amount: Int, _ node: some Node) throws(EvaluationProblem) {
        do { try budget.spend(amount) } catch { throw node.problem(error.message) }
    }

    mutating func spend(key: Value, _ node: some Node) throws(EvaluationProblem) {
        do { try budget.spend(key: key) } catch { throw node.problem(error.message) }
    }
}
