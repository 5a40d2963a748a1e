/// A field of any value: `a.b`, `a.?b`.
final class SelectNode: Node {
    let range: Range<Int>
    let operand: any Node
    let field: String
    let noun: String?
    let isOptional: Bool

    init(_ operand: any Node, _ field: String, noun: String?, isOptional: Bool, _ range: Range<Int>) {
        self.operand = operand
        self.field = field
        self.noun = noun
        self.isOptional = isOptional
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        let base = try operand.evaluate(&frame)
        switch base {
        case .map(let map):
            if isOptional { return .optional(map[field]) }
            guard let value = map[field] else { throw problem(absent(field, noun)) }
            return value
        case .optional(nil): return base
        case .optional(.map(let map)?): return .optional(map[field])
        default: throw problem(noFields(base))
        }
    }
}

/// A field of a free variable that may be absent: `steps.?backup`.
final class OptionalMemberNode: Node {
    let member: MemberNode

    init(_ member: MemberNode) { self.member = member }

    var range: Range<Int> { member.range }
    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        .optional(try member.lookUp(&frame))
    }
}

/// `has(a.b)`.
final class PresenceNode: Node {
    let range: Range<Int>
    let operand: any Node
    let field: String

    init(_ operand: any Node, _ field: String, _ range: Range<Int>) {
        self.operand = operand
        self.field = field
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        let base = try operand.evaluate(&frame)
        switch base {
        case .map(let map), .optional(.map(let map)?): return .bool(map[field] != nil)
        case .optional(nil): return .bool(false)
        default: throw problem(noFields(base))
        }
    }
}

/// `has(steps.backup)`.
final class MemberPresenceNode: Node {
    let member: MemberNode

    init(_ member: MemberNode) { self.member = member }

    var range: Range<Int> { member.range }
    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        .bool(try member.lookUp(&frame) != nil)
    }
}

/// An element of a list or a value of a map: `a[b]`, `a[?b]`.
final class IndexNode: Node {
    let range: Range<Int>
    let operand: any Node
    let index: any Node
    let isOptional: Bool

    init(_ operand: any Node, _ index: any Node, isOptional: Bool, _ range: Range<Int>) {
        self.operand = operand
        self.index = index
        self.isOptional = isOptional
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        let base = try operand.evaluate(&frame)
        let key = try index.evaluate(&frame)
        try frame.spend(key: key, self)
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
        return absent(key.asString ?? key.json(), nil)
    }
}
