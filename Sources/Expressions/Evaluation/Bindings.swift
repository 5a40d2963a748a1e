/// Gives the variables of an expression their values.
package protocol Bindings: Sendable {
    /// The value of a variable; nil where it has none.
    func value(_ name: String) -> Value?

    /// The field of a variable, asked before the whole variable is: nil where this is not specialised,
    /// `.some(nil)` where the field is absent.
    func member(_ variable: String, _ field: String) -> Value??
}

extension Bindings {
    package func member(_ variable: String, _ field: String) -> Value?? { nil }
}

/// Bindings from a dictionary.
package struct DictionaryBindings: Bindings {
    private let values: [String: Value]

    package init(_ values: [String: Value]) { self.values = values }

    package func value(_ name: String) -> Value? { values[name] }
}

/// Bindings over other bindings: a variable comes from the top where it is there.
package struct LayeredBindings: Bindings {
    private let top: [String: Value]
    private let base: any Bindings

    /// The variables of `top`, then those of `base`.
    package init(_ top: [String: Value], over base: any Bindings) {
        self.top = top
        self.base = base
    }

    package func value(_ name: String) -> Value? { top[name] ?? base.value(name) }

    package func member(_ variable: String, _ field: String) -> Value?? {
        top[variable] == nil ? base.member(variable, field) : nil
    }
}
