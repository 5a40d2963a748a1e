extension Value {
    /// Equality as `==` of the language has it: numbers by value across types, NaN unequal to all.
    package func celEquals(_ other: Value) -> Bool {
        var budget = Budget(Limits(work: .max))
        return (try? isEqual(to: other, &budget)) ?? false
    }

    /// Equality that pays for each element: shared parts can make a value far larger than its memory.
    func isEqual(to other: Value, _ budget: inout Budget) throws(FunctionFailure) -> Bool {
        switch (self, other) {
        case (.int(let one), .int(let two)): return one == two
        case (.string(let one), .string(let two)):
            try budget.spend(bytes: one.utf8.count)
            return one.hasSameBytes(as: two)
        case (.double(let one), .double(let two)): return one == two
        case (.list(let one), .list(let two)): return try Self.areEqual(one, two, &budget)
        case (.map(let one), .map(let two)): return try Self.areEqual(one, two, &budget)
        case (.optional(let one?), .optional(let two?)): return try one.isEqual(to: two, &budget)
        default: return NumberOrder.compare(self, other).map { $0 == .equal } ?? (self == other)
        }
    }

    private static func areEqual(_ one: [Value], _ two: [Value], _ budget: inout Budget) throws(FunctionFailure)
        -> Bool
    {
        guard one.count == two.count else { return false }
        for index in one.indices {
            try budget.spend(1)
            guard try one[index].isEqual(to: two[index], &budget) else { return false }
        }
        return true
    }

    private static func areEqual(_ one: ValueMap, _ two: ValueMap, _ budget: inout Budget) throws(FunctionFailure)
        -> Bool
    {
        guard one.count == two.count else { return false }
        for entry in one {
            try budget.spend(1)
            guard let match = two[entry.key], try entry.value.isEqual(to: match, &budget) else { return false }
        }
        return true
    }

    /// Whether this sorts before the other; nil where the two have no order.
    package func isLess(than other: Value) -> Bool? { order(against: other).map { $0 == .less } }

    /// How two values are ordered; nil where they are not comparable.
    func order(against other: Value) -> NumberOrder? {
        switch (self, other) {
        case (.string(let one), .string(let two)):
            if one.hasSameBytes(as: two) { return .equal }
            return one.utf8.lexicographicallyPrecedes(two.utf8) ? .less : .greater
        case (.bytes(let one), .bytes(let two)):
            return one == two ? .equal : one.lexicographicallyPrecedes(two) ? .less : .greater
        case (.bool(let one), .bool(let two)): return NumberOrder(one ? 1 : 0, two ? 1 : 0)
        case (.duration(let one), .duration(let two)): return NumberOrder(one, two)
        case (.timestamp(let one), .timestamp(let two)): return NumberOrder(one, two)
        case (.version(let one), .version(let two)): return NumberOrder(one, two)
        default: return NumberOrder.compare(self, other)
        }
    }
}
