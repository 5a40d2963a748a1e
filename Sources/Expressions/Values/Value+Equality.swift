extension Value {
    /// Equality as `==` of the language has it: numbers by value across types, NaN unequal to all.
    package func celEquals(_ other: Value) -> Bool { fatalError("to come") }

    /// Whether this sorts before the other; nil where the two have no order.
    package func isLess(than other: Value) -> Bool? { fatalError("to come") }
}
