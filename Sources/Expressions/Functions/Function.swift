/// A pure function of the language, with one implementation for each list of parameter types.
package struct Function: Sendable {
    /// What it is called by; with a dot in it, such as `math.abs`, it has no receiver.
    package let name: String
    /// Its signatures; the first that fits the arguments is called.
    package let overloads: [Overload]

    /// A function; its overloads should not differ in types of elements only, which are not looked at.
    package init(_ name: String, _ overloads: [Overload]) {
        self.name = name
        self.overloads = overloads
    }
}

/// One signature of a function with what it does.
package struct Overload: Sendable {
    /// The call itself; it must be pure, and take from the budget for work that grows with its arguments.
    package typealias Implementation =
        @Sendable (_ arguments: [Value], _ budget: inout Budget) throws(FunctionFailure)
        -> Value

    /// The types of the arguments, the receiver first.
    package let parameters: [ValueType]
    /// The type of the result; it may mention type parameters of the arguments.
    package let result: ValueType
    /// Whether it is called as `a.f(b)` rather than `f(a, b)`.
    package let isMember: Bool
    /// Whether the last parameter may be given more than once.
    let isVariadic: Bool
    /// Called only with arguments whose outermost types are those of `parameters`.
    package let implementation: Implementation

    /// A signature without variadic arguments.
    package init(
        _ parameters: [ValueType], _ result: ValueType, isMember: Bool = false,
        implementation: @escaping Implementation
    ) {
        self.init(parameters, result, isMember: isMember, isVariadic: false, implementation: implementation)
    }

    init(
        _ parameters: [ValueType], _ result: ValueType, isMember: Bool, isVariadic: Bool,
        implementation: @escaping Implementation
    ) {
        self.parameters = parameters
        self.result = result
        self.isMember = isMember
        self.isVariadic = isVariadic
        self.implementation = implementation
    }

    /// Whether it can be called with so many arguments.
    func takes(_ count: Int) -> Bool { isVariadic ? count >= parameters.count : count == parameters.count }

    /// The type wanted at a position.
    func parameter(_ index: Int) -> ValueType { parameters[min(index, parameters.count - 1)] }

    /// Whether the values have the types it wants.
    func accepts(_ arguments: [Value]) -> Bool {
        guard takes(arguments.count) else { return false }
        for index in arguments.indices where !parameter(index).accepts(arguments[index]) { return false }
        return true
    }
}

/// Why a function has no value for its arguments.
package struct FunctionFailure: Error, Hashable, Sendable {
    /// What is wrong; lower case, no full stop.
    package let message: String
    package init(_ message: String) { self.message = message }
}
