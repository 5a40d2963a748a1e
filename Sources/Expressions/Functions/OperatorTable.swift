/// The types that operators take, and what they do.
enum OperatorTable {
    struct Signature {
        let left, right, result: ValueType

        init(_ left: ValueType, _ right: ValueType, _ result: ValueType) {
            self.left = left
            self.right = right
            self.result = result
        }

        /// One type for both sides and the result.
        init(_ type: ValueType) { self.init(type, type, type) }
    }

    static func signatures(_ operation: BinaryOperator) -> [Signature] {
        switch operation {
        case .add: addition
        case .subtract: subtraction
        case .multiply, .divide: [Signature(.int), Signature(.uint), Signature(.double)]
        case .remainder: [Signature(.int), Signature(.uint)]
        case .equal, .notEqual: [Signature(a, a, .bool)]
        case .less, .lessOrEqual, .greater, .greaterOrEqual: ordering
        case .isIn: [Signature(a, .list(a), .bool), Signature(a, .map(a, b), .bool)]
        }
    }

    private static let a = ValueType.parameter("A")
    private static let b = ValueType.parameter("B")

    private static let addition = [
        Signature(.int), Signature(.uint), Signature(.double), Signature(.string), Signature(.bytes),
        Signature(.list(a)), Signature(.duration), Signature(.timestamp, .duration, .timestamp),
        Signature(.duration, .timestamp, .timestamp),
    ]

    private static let subtraction = [
        Signature(.int), Signature(.uint), Signature(.double), Signature(.duration),
        Signature(.timestamp, .duration, .timestamp), Signature(.timestamp, .timestamp, .duration),
    ]

    private static let ordering: [Signature] = {
        let numbers: [ValueType] = [.int, .uint, .double]
        let mixed = numbers.flatMap { one in numbers.map { Signature(one, $0, .bool) } }
        let others: [ValueType] = [.string, .bool, .bytes, .duration, .timestamp, .version]
        return mixed + others.map { Signature($0, $0, .bool) }
    }()

    static func implementation(_ operation: BinaryOperator) -> BinaryNode.Implementation {
        switch operation {
        case .add: Arithmetic.add
        case .subtract: Arithmetic.subtract
        case .multiply: Arithmetic.multiply
        case .divide: Arithmetic.divide
        case .remainder: Arithmetic.remainder
        case .equal: { one, two, budget throws(FunctionFailure) in .bool(try one.isEqual(to: two, &budget)) }
        case .notEqual: { one, two, budget throws(FunctionFailure) in .bool(!(try one.isEqual(to: two, &budget))) }
        case .less: { one, two, budget throws(FunctionFailure) in .bool(try order(one, two, &budget) == .less) }
        case .greater: { one, two, budget throws(FunctionFailure) in .bool(try order(one, two, &budget) == .greater) }
        case .lessOrEqual:
            { one, two, budget throws(FunctionFailure) in
                let order = try order(one, two, &budget)
                return .bool(order == .less || order == .equal)
            }
        case .greaterOrEqual:
            { one, two, budget throws(FunctionFailure) in
                let order = try order(one, two, &budget)
                return .bool(order == .greater || order == .equal)
            }
        case .isIn: isIn
        }
    }

    private static func order(_ one: Value, _ two: Value, _ budget: inout Budget) throws(FunctionFailure)
        -> NumberOrder
    {
        guard let order = one.order(against: two) else {
            throw FunctionFailure("\(one.typeWord) and \(two.typeWord) have no order")
        }
        if case .string(let text) = one { try budget.spend(bytes: text.utf8.count) }
        return order
    }

    private static func isIn(_ element: Value, _ container: Value, _ budget: inout Budget) throws(FunctionFailure)
        -> Value
    {
        switch container {
        case .map(let map):
            try budget.spend(key: element)
            return .bool(map[element] != nil)
        case .list(let list):
            for candidate in list {
                try budget.spend(1)
                if try candidate.isEqual(to: element, &budget) { return true }
            }
            return false
        default: throw FunctionFailure("'in' needs a list or map, not \(container.typeWord)")
        }
    }

    /// What to do where the types do not fit.
    static func help(_ operation: BinaryOperator, _ left: ValueType, _ right: ValueType) -> String? {
        let numbers: Set<ValueType> = [.int, .uint, .double]
        if operation == .isIn { return right == .string ? "write text.contains(part)" : nil }
        if numbers.contains(left), numbers.contains(right) {
            return "convert one: int(…), uint(…) or double(…)"
        }
        if left == .null || right == .null {
            return "a value of this type is never null; has(a.b) tells whether it is there"
        }
        guard left == .string || right == .string else { return nil }
        let other = left == .string ? right : left
        switch other {
        case .int, .uint, .double:
            return operation == .add ? "write string(…) around the \(other)" : "write \(other)(…) around the string"
        case .duration: return "write duration(…) around the string"
        case .timestamp: return "write timestamp(…) around the string"
        case .version: return "write semver(…) around the string"
        default: return nil
        }
    }
}
