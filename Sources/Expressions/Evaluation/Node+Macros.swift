/// The part that all macros over lists and maps share: what is gone over, and under which variables.
struct Iteration: Sendable {
    let source: any Node
    let slots: [Int]

    /// The pairs to go over: a list's index and element, or a map's key and value.
    func items(_ frame: inout Frame) throws(EvaluationProblem) -> Items {
        let value = try source.evaluate(&frame)
        switch value {
        case .list(let list): return .list(list)
        case .map(let map): return .map(map)
        default: throw EvaluationProblem(message: "\(value.typeWord) has no elements to go over", range: source.range)
        }
    }

    enum Items {
        case list([Value])
        case map(ValueMap)

        var count: Int {
            switch self {
            case .list(let list): list.count
            case .map(let map): map.count
            }
        }
    }

    /// Puts the item into the variables: one variable is the element or key, two are the pair.
    func assign(_ items: Items, _ index: Int, _ frame: inout Frame) {
        switch items {
        case .list(let list):
            frame.locals[slots[slots.count - 1]] = list[index]
            if slots.count == 2 { frame.locals[slots[0]] = .int(Int64(index)) }
        case .map(let map):
            frame.locals[slots[0]] = map[index].key
            if slots.count == 2 { frame.locals[slots[1]] = map[index].value }
        }
    }

    /// The element of a list or the key of a map.
    func item(_ items: Items, _ index: Int) -> Value {
        switch items {
        case .list(let list): list[index]
        case .map(let map): map[index].key
        }
    }
}

/// `all` and `exists`: an item that decides makes errors of others not matter.
final class QuantifierNode: Node {
    let range: Range<Int>
    let iteration: Iteration
    let predicate: any Node
    /// False for `all`, true for `exists`.
    let decisive: Bool

    init(_ iteration: Iteration, _ predicate: any Node, decisive: Bool, _ range: Range<Int>) {
        self.iteration = iteration
        self.predicate = predicate
        self.decisive = decisive
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        let items = try iteration.items(&frame)
        var failure: EvaluationProblem?
        for index in 0..<items.count {
            try frame.enter(self)
            iteration.assign(items, index, &frame)
            do throws(EvaluationProblem) {
                if try truth(predicate, &frame) == decisive { return .bool(decisive) }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!decisive)
    }
}

/// `exists_one`.
final class ExactlyOneNode: Node {
    let range: Range<Int>
    let iteration: Iteration
    let predicate: any Node

    init(_ iteration: Iteration, _ predicate: any Node, _ range: Range<Int>) {
        self.iteration = iteration
        self.predicate = predicate
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        let items = try iteration.items(&frame)
        var count = 0
        for index in 0..<items.count {
            try frame.enter(self)
            iteration.assign(items, index, &frame)
            if try truth(predicate, &frame) { count += 1 }
        }
        return .bool(count == 1)
    }
}

/// `map`, `filter` and `transformList`: a new list.
final class CollectNode: Node {
    let range: Range<Int>
    let iteration: Iteration
    let condition: (any Node)?
    /// What is collected; nil for the items themselves.
    let body: (any Node)?

    init(_ iteration: Iteration, condition: (any Node)?, body: (any Node)?, _ range: Range<Int>) {
        self.iteration = iteration
        self.condition = condition
        self.body = body
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        let items = try iteration.items(&frame)
        var result: [Value] = []
        for index in 0..<items.count {
            try frame.enter(self)
            iteration.assign(items, index, &frame)
            if let condition, try !truth(condition, &frame) { continue }
            result.append(try body?.evaluate(&frame) ?? iteration.item(items, index))
        }
        return .list(result)
    }
}

/// `transformMap` and `transformMapEntry`: a new map.
final class TransformMapNode: Node {
    let range: Range<Int>
    let iteration: Iteration
    let condition: (any Node)?
    let body: any Node
    /// Whether the body gives whole entries rather than values for the old keys.
    let givesEntries: Bool

    init(_ iteration: Iteration, condition: (any Node)?, body: any Node, givesEntries: Bool, _ range: Range<Int>) {
        self.iteration = iteration
        self.condition = condition
        self.body = body
        self.givesEntries = givesEntries
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(EvaluationProblem) -> Value {
        let items = try iteration.items(&frame)
        var result = ValueMap()
        for index in 0..<items.count {
            try frame.enter(self)
            iteration.assign(items, index, &frame)
            if let condition, try !truth(condition, &frame) { continue }
            let key = frame.locals[iteration.slots[0]]
            let value = try body.evaluate(&frame)
            if !givesEntries {
                try frame.spend(key: key, self)
                try result.insert(key, value, at: range)
            } else {
                guard case .map(let entries) = value else { throw problem("expected a map of new entries") }
                for entry in entries {
                    try frame.spend(1, self)
                    try frame.spend(key: entry.key, self)
                    try result.insert(entry.key, entry.value, at: range)
                }
            }
        }
        return .map(result)
    }
}
