/// A type of the expression language, as the checker sees it.
package indirect enum ValueType: Hashable, Sendable {
    /// Anything; checked at run time only.
    case dyn
    case null
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case duration
    case timestamp
    /// A semantic version, which `semver()` makes.
    case version
    /// The type of a type value.
    case type(ValueType)
    case list(ValueType)
    case map(ValueType, ValueType)
    case optional(ValueType)
    /// The type or null.
    case wrapper(ValueType)
    case record(RecordType)
    /// A type parameter of a function, such as `T` in `list(T)`.
    case parameter(String)
    /// A type that has only a name.
    case named(String)
    /// What is given to a part that has already been reported, so that it causes no second problem.
    case error
}
