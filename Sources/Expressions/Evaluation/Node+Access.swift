/// The selection of a field, and what it means for each kind of value.
struct FieldAccess: Sendable {
    let name: String
    /// What the field is called in messages, such as "step".
    let noun: String?
    /// Whether it is `.?`, which gives an optional.
    let isOptional: Bool

    func select(from base: Value, _ node: some Node) throws(EvaluationProblem) -> Value {
        switch base {
        case .map(let map): return try result(map[name], node)
        case .optional(nil): return base
        case .optional(.map(let map)?): return .optional(map[name])
        default: throw node.problem("\(base.typeWord) has no fields")
        }
    }

    func isPresent(in base: Value, _ node: some Node) throws(EvaluationProblem) -> Bool {
        switch base {
        case .map(let map), .optional(.map(let map)?): return map[name] != nil
        case .optional(nil): return false
        default: throw node.problem("\(base.typeWord) has no fields")
        }
    }

    /// What has been found, or a problem where it must be there.
    func result(_ found: Value?, _ node: some Node) throws(EvaluationProblem) -> Value {
        if isOptional { return .optional(found) }
        guard let found else { throw node.problem("the \(noun ?? "key") '\(name)' is absent") }
        return found
    }
}

/// A field of any value: `a.b`, `a.?b`.
final class SelectNode: Node {
    let range: Range<Int>
    let operand: any Node
    let field: FieldAccess

    init(_ operand: any Node, _ field: FieldAccess, _ range: Range<Int>) {
        self.operand = operand
        self.field = field
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        return try field.select(from: try operand.evaluate(&frame), self)
    }
}

/// `has(a.b)`.
final class PresenceNode: Node {
    let range: Range<Int>
    let operand: any Node
    let field: FieldAccess

    init(_ operand: any Node, _ field: FieldAccess, _ range: Range<Int>) {
        self.operand = operand
        self.field = field
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        return .bool(try field.isPresent(in: try operand.evaluate(&frame), self))
    }
}

/// `has(steps.backup)`.
final class MemberPresenceNode: Node {
    let member: MemberNode

    init(_ member: MemberNode) { self.member = member }

    var range: Range<Int> { member.range }
    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value { .bool(try member.isPresent(&frame)) }
}

/// An element of a list or a value of a map: `a[b]`, `a[?b]`.
final class IndexNode: Node {
    let range: Range<Int>
    let operand: any Node
    let index: any Node
    let isOptional: Bool
    /// The name where the operand is a free variable, for which the bindings may have a short way.
    private let variable: String?

    init(_ operand: any Node, _ index: any Node, isOptional: Bool, _ range: Range<Int>) {
        self.operand = operand
        variable = (operand as? VariableNode)?.name
        self.index = index
        self.isOptional = isOptional
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        let key = try index.evaluate(&frame)
        try frame.spend(key: key, self)
        if let variable, case .string(let name) = key, let found = frame.bindings.member(variable, name) {
            return try FieldAccess(name: name, noun: nil, isOptional: isOptional).result(found, self)
        }
        let base = try operand.evaluate(&frame)
        if case .optional(let inner) = base {
            guard let inner else { return base }
            return .optional(try element(of: inner, key))
        }
        let found = try element(of: base, key)
        if isOptional { return .optional(found) }
        guard let found else { throw problem(missing(key, in: base)) }
        return found
    }

    private func element(of base: Value, _ key: Value) throws(EvaluationProblem) -> Value? {
        switch base {
        case .list(let list):
            guard let position = key.asInt else { throw problem("a list has no index of type \(key.typeWord)") }
            return position >= 0 && position < list.count ? list[Int(position)] : nil
        case .map(let map):
            switch key {
            case .string, .int, .uint, .bool, .double: return map[key]
            default: throw problem("a map has no key of type \(key.typeWord)")
            }
        default: throw problem("\(base.typeWord) has no elements")
        }
    }

    private func missing(_ key: Value, in base: Value) -> String {
        if case .list(let list) = base {
            return "the index \(key.json()) is outside the list, which has \(list.count) elements"
        }
        return "the key '\(key.asString ?? key.json())' is absent"
    }
}
