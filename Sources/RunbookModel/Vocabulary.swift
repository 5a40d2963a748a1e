/// The declaring half of every action and check: what may be written, not how it is performed.
package struct Vocabulary: Sendable {
    package let actions: [String: KindDeclaration]
    package let checks: [String: KindDeclaration]

    /// Every action and check of the file format, those included that this version does not perform yet.
    package static let standard = Vocabulary(actions: KindDeclaration.actions, checks: KindDeclaration.checks)

    package init(actions: [KindDeclaration], checks: [KindDeclaration]) {
        self.actions = Dictionary(uniqueKeysWithValues: actions.map { ($0.name, $0) })
        self.checks = Dictionary(uniqueKeysWithValues: checks.map { ($0.name, $0) })
    }
}

/// One kind of action or check, as the decoder, the editor schema and the reference page need it.
package struct KindDeclaration: Sendable {
    /// What an action does to the world, when its step says nothing else.
    package enum Effect: Sendable {
        /// It changes something; its step must say how that is taken back.
        case mutating
        /// It changes something and knows by itself how to take it back.
        case reversible
        /// It only looks, waits, computes or tells.
        case readOnly
    }

    package let name: String
    /// One sentence for the reference page and the editor.
    package let summary: String
    package let effect: Effect
    /// Whether this version performs it; otherwise a runbook that uses it is refused at load.
    package let isPerformed: Bool
    package let shape: Shape
    /// The fields that `expect` and computed `outputs` of this kind see.
    package let result: ResultFields

    package init(
        _ name: String, _ summary: String, effect: Effect = .readOnly, performed: Bool = true,
        result: ResultFields = .none, _ shape: Shape
    ) {
        self.name = name
        self.summary = summary
        self.effect = effect
        self.isPerformed = performed
        self.shape = shape
        self.result = result
    }
}

/// The variables that a predicate on a result sees.
package enum ResultFields: Sendable {
    case none
    /// `exit, signal, stdout, stderr, elapsed`
    case process
    /// `status, headers, body, elapsed`
    case http
    /// `rows, value` of a query
    case query
    /// all of `process` and `http`, and `value`
    case metric
}

/// The form of an argument. Strings interpolate `${{ }}` unless the case says otherwise.
package indirect enum Shape: Sendable {
    case string
    /// A shell script: never interpolated.
    case script
    /// A word from a list, written literally.
    case choice([String])
    case int(ClosedRange<Int64>)
    case number
    case bool
    case duration
    case size
    case path
    case url
    /// A file mode, a quoted octal such as `"0640"`.
    case mode
    /// A time of day, `"02:00"`.
    case timeOfDay
    /// A comparison such as `>= 2GiB` or `< 80%`, or `{warn: …, fail: …}` of them.
    case comparison
    /// A CEL expression over the run's variables and these result fields (or the named extra variables).
    case expression(ResultFields, variables: [String])
    /// Any YAML value; strings in it interpolate.
    case value
    case list(Shape)
    /// A single item may stand for a list of one.
    case oneOrMany(Shape)
    /// Free keys, one form of value.
    case mapping(Shape)
    case record([Key])
    /// The first form that fits the node's kind (scalar, list, mapping with a distinguishing key).
    case either([Shape])
    /// A check, or a list of checks.
    case checks
    /// Fields to fill in, declared like inputs.
    case form
    /// One action, written as `{kind: …}`.
    case action
    /// A list of steps.
    case steps

    /// A key of a record.
    package struct Key: Sendable {
        package let name: String
        package let shape: Shape
        package let isRequired: Bool
        /// Whether `secrets.NAME` may stand in its value.
        package let allowsSecrets: Bool
        /// What expressions in its value see beyond the variables of the run.
        package let variables: [String]
        package let summary: String

        package init(
            _ name: String, _ shape: Shape, required: Bool = false, secrets: Bool = false, variables: [String] = [],
            _ summary: String
        ) {
            self.variables = variables
            self.name = name
            self.shape = shape
            self.isRequired = required
            self.allowsSecrets = secrets
            self.summary = summary
        }
    }
}
