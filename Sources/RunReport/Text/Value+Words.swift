import Expressions

extension Value {
    /// A value as people read it: text as it is, everything else as JSON.
    var plainWords: String { asString ?? json() }
}
