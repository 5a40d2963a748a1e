/// What an expression may refer to: variables with their types, and functions.
package struct Environment: Sendable {
    /// The free variables and their types.
    package private(set) var variables: [String: ValueType]
    /// What a host adds to the standard functions.
    package private(set) var functions: [Function]
    /// Whether `has`, `all`, `map` and the other macros are expanded.
    package let expandsMacros: Bool

    package init(
        variables: [String: ValueType] = [:], functions: [Function] = [], expandsMacros: Bool = true
    ) {
        self.variables = variables
        self.functions = functions
        self.expandsMacros = expandsMacros
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
        child.functions += functions
        return child
    }
}
