/// How one value stands to another.
enum NumberOrder {
    case less, equal, greater
    /// NaN is on one side.
    case unordered

    init<T: Comparable>(_ one: T, _ two: T) {
        self = one < two ? .less : one == two ? .equal : .greater
    }

    /// Numbers of all types on one line; nil where one is no number.
    ///
    /// An integer next to a double is rounded to a double first, as the conformance cases want.
    static func compare(_ one: Value, _ two: Value) -> NumberOrder? {
        switch (one, two) {
        case (.int(let one), .int(let two)): NumberOrder(one, two)
        case (.uint(let one), .uint(let two)): NumberOrder(one, two)
        case (.int(let one), .uint(let two)): one < 0 ? .less : NumberOrder(UInt64(one), two)
        case (.uint(let one), .int(let two)): two < 0 ? .greater : NumberOrder(one, UInt64(two))
        case (.double(let one), _): two.asDouble.map { compare(one, $0) }
        case (_, .double(let two)): one.asDouble.map { compare($0, two) }
        default: nil
        }
    }

    private static func compare(_ one: Double, _ two: Double) -> NumberOrder {
        one.isNaN || two.isNaN ? .unordered : NumberOrder(one, two)
    }
}
