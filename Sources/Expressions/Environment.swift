/// What an expression may refer to: variables with their types, and functions.
package struct Environment: Sendable {
    /// How much is checked before an expression runs.
    package enum Strictness: Sendable {
        /// Nothing: unknown names and wrong types are found when they are evaluated.
        case unchecked
        /// Names and types, as the language definition says.
        case standard
        /// Also that calls with literals have a value: `duration("5 mins")` and `matches("(")` are problems.
        case full
    }

    /// The free variables and their types.
    package private(set) var variables: [String: ValueType]
    /// What a host adds to the standard functions, by name.
    package private(set) var functions: [String: [Overload]]
    /// How much is checked.
    package let strictness: Strictness

    /// An environment; the functions come before standard ones of the same name.
    package init(
        variables: [String: ValueType] = [:], functions: [Function] = [], strictness: Strictness = .full
    ) {
        self.variables = variables
        self.functions = Dictionary(functions.map { ($0.name, $0.overloads) }, uniquingKeysWith: +)
        self.strictness = strictness
    }

    /// The same environment with more variables, which hide those of the same names.
    package func adding(_ variables: [String: ValueType]) -> Environment {
        var child = self
        child.variables.merge(variables) { $1 }
        return child
    }

    /// The same environment with more functions.
    package func adding(_ functions: [Function]) -> Environment {
        var child = self
        for function in functions { child.functions[function.name, default: []] += function.overloads }
        return child
    }

    /// All overloads of a name, those of the host first.
    func overloads(_ name: String) -> [Overload] {
        let standard = StandardFunctions.table[name] ?? []
        return functions[name].map { $0 + standard } ?? standard
    }
}
