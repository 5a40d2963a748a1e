/// What is known about type parameters while an expression is checked.
struct Inference {
    private var bound: [String: ValueType] = [:]
    private var count = 0

    /// A new parameter that stands for a type not yet known.
    mutating func fresh() -> ValueType {
        count += 1
        return .parameter("#\(count)")
    }

    /// The type with its own parameters renamed, so that two calls of one function do not share them.
    mutating func instantiate(_ types: [ValueType]) -> [ValueType] {
        count += 1
        let suffix = "#\(count)"
        return types.map { $0.renamingParameters(suffix) }
    }

    /// Whether a value of the one type may stand where the other is wanted; learns parameters from it.
    mutating func unify(_ wanted: ValueType, _ given: ValueType) -> Bool {
        let before = bound
        if matches(wanted, given) { return true }
        bound = before
        return false
    }

    private mutating func matches(_ wanted: ValueType, _ given: ValueType) -> Bool {
        switch (wanted, given) {
        case (.parameter(let one), .parameter(let other)) where one == other: return true
        case (.parameter(let name), _): return learn(name, given)
        case (_, .parameter(let name)): return learn(name, wanted)
        case (.dyn, _), (_, .dyn), (.error, _), (_, .error): return true
        case (.wrapper(let one), .wrapper(let other)): return matches(one, other)
        case (.wrapper, .null), (.null, .wrapper): return true
        case (.wrapper(let one), _): return matches(one, given)
        case (_, .wrapper(let other)): return matches(wanted, other)
        case (.list(let one), .list(let other)), (.optional(let one), .optional(let other)):
            return matches(one, other)
        case (.map(let key, let value), .map(let otherKey, let otherValue)):
            return matches(key, otherKey) && matches(value, otherValue)
        case (.map(let key, let value), .record), (.record, .map(let key, let value)):
            return matches(key, .string) && matches(value, .dyn)
        case (.type, .type): return true
        default: return wanted == given
        }
    }

    private mutating func learn(_ name: String, _ type: ValueType) -> Bool {
        guard let known = bound[name] else {
            guard !resolve(type).mentions(name) else { return type == .parameter(name) }
            bound[name] = type
            return true
        }
        guard matches(known, type) else { return false }
        if case .parameter = known { return true }
        bound[name] = resolve(known).generalised(to: resolve(type))
        return true
    }

    /// The type with all that is known put in for its parameters.
    func resolve(_ type: ValueType) -> ValueType {
        switch type {
        case .parameter(let name): bound[name].map { resolve($0) } ?? type
        case .list(let element): .list(resolve(element))
        case .map(let key, let value): .map(resolve(key), resolve(value))
        case .optional(let inner): .optional(resolve(inner))
        case .wrapper(let inner): .wrapper(resolve(inner))
        case .type(let inner): .type(resolve(inner))
        default: type
        }
    }

    /// One type for both; `dyn` where they differ.
    mutating func join(_ one: ValueType, _ other: ValueType) -> ValueType {
        guard unify(one, other) else { return .dyn }
        return resolve(one).generalised(to: resolve(other))
    }
}

extension ValueType {
    fileprivate func renamingParameters(_ suffix: String) -> ValueType {
        switch self {
        case .parameter(let name): .parameter(name + suffix)
        case .list(let element): .list(element.renamingParameters(suffix))
        case .map(let key, let value): .map(key.renamingParameters(suffix), value.renamingParameters(suffix))
        case .optional(let inner): .optional(inner.renamingParameters(suffix))
        case .wrapper(let inner): .wrapper(inner.renamingParameters(suffix))
        case .type(let inner): .type(inner.renamingParameters(suffix))
        default: self
        }
    }

    /// The type with `dyn` wherever the other, which it unifies with, has it.
    fileprivate func generalised(to other: ValueType) -> ValueType {
        switch (self, other) {
        case (_, .dyn): .dyn
        case (.list(let one), .list(let two)): .list(one.generalised(to: two))
        case (.map(let key, let value), .map(let otherKey, let otherValue)):
            .map(key.generalised(to: otherKey), value.generalised(to: otherValue))
        case (.optional(let one), .optional(let two)): .optional(one.generalised(to: two))
        case (.null, .wrapper): other
        default: self
        }
    }

    fileprivate func mentions(_ name: String) -> Bool {
        switch self {
        case .parameter(let other): name == other
        case .list(let inner), .optional(let inner), .wrapper(let inner), .type(let inner): inner.mentions(name)
        case .map(let key, let value): key.mentions(name) || value.mentions(name)
        default: false
        }
    }

    /// The type with `dyn` for every parameter that is left.
    var settled: ValueType {
        switch self {
        case .parameter: .dyn
        case .list(let element): .list(element.settled)
        case .map(let key, let value): .map(key.settled, value.settled)
        case .optional(let inner): .optional(inner.settled)
        case .wrapper(let inner): .wrapper(inner.settled)
        case .type(let inner): .type(inner.settled)
        default: self
        }
    }
}
