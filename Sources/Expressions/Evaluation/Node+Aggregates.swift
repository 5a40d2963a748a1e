/// `[a, ?b]`.
final class ListNode: Node {
    let range: Range<Int>
    let elements: [(node: any Node, isOptional: Bool)]

    init(_ elements: [(node: any Node, isOptional: Bool)], _ range: Range<Int>) {
        self.elements = elements
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        try frame.spend(elements.count, self)
        var result: [Value] = []
        result.reserveCapacity(elements.count)
        for element in elements {
            let value = try element.node.evaluate(&frame)
            if !element.isOptional {
                result.append(value)
            } else if let present = try optional(value, element.node) {
                result.append(present)
            }
        }
        return .list(result)
    }
}

/// `{a: b, ?c: d}`.
final class MapNode: Node {
    typealias Entry = (key: any Node, value: any Node, isOptional: Bool)

    let range: Range<Int>
    let entries: [Entry]

    init(_ entries: [Entry], _ range: Range<Int>) {
        self.entries = entries
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        try frame.enter(self)
        try frame.spend(entries.count, self)
        var result = ValueMap()
        for entry in entries {
            let key = try entry.key.evaluate(&frame)
            var value: Value? = try entry.value.evaluate(&frame)
            if entry.isOptional, let given = value { value = try optional(given, entry.value) }
            guard let value else { continue }
            try frame.spend(key: key, self)
            try result.insert(key, value, at: entry.key.range)
        }
        return .map(result)
    }
}

extension Node {
    /// What is inside a value that must be an optional.
    func optional(_ value: Value, _ node: any Node) throws(EvaluationProblem) -> Value? {
        guard case .optional(let inner) = value else {
            throw EvaluationProblem(message: "expected an optional, found \(value.typeWord)", range: node.range)
        }
        return inner
    }
}

extension ValueMap {
    /// Adds an entry under a key that must be of an allowed type and new.
    mutating func insert(_ key: Value, _ value: Value, at range: Range<Int>) throws(EvaluationProblem) {
        switch key {
        case .string, .int, .uint, .bool: break
        default: throw EvaluationProblem(message: "\(key.typeWord) cannot be the key of a map", range: range)
        }
        guard self[key] == nil else {
            throw EvaluationProblem(message: "the key \(key.json()) is there twice", range: range)
        }
        self[key] = value
    }
}
