import Expressions
import RunbookModel

/// The names that expressions at one place of a file may use.
///
/// A scope belongs to a list of steps, not to a step: environments are made once for each set of extra variables.
final class Scope {
    /// What every expression here sees, without `steps` and what only some predicates see.
    private let base: Environment
    private let steps: StepsScope?
    /// The declared secrets, for the places where they may stand.
    private let secrets: RecordType
    /// The entries of `env` that hold secrets, and so may stand only where secrets may.
    let secretEntries: Set<String>
    private var environments: [Extras: Environment] = [:]

    /// What an expression sees beyond the names of its place.
    struct Extras: Hashable {
        var result: ResultFields = .none
        var variables: [String] = []
        var allowsSecrets = false

        static let none = Extras()
        static let secrets = Extras(allowsSecrets: true)
    }

    init(base: Environment, steps: StepsScope?, secrets: RecordType, secretEntries: Set<String> = []) {
        self.base = base
        self.steps = steps
        self.secrets = secrets
        self.secretEntries = secretEntries
    }

    /// The scope of a list of steps inside this place.
    func entering(_ steps: RecordType) -> Scope {
        let inner = StepsScope(record: steps, parent: self.steps)
        return Scope(base: base, steps: inner, secrets: secrets, secretEntries: secretEntries)
    }

    /// The same scope with further variables.
    func adding(_ variables: [String: ValueType]) -> Scope {
        Scope(base: base.adding(variables), steps: steps, secrets: secrets, secretEntries: secretEntries)
    }

    /// The same scope with the entries of the runbook's `env`.
    func adding(environment entries: [SyntaxNode.Entry]) -> Scope {
        let fields = Dictionary(entries.map { ($0.key, RecordType.Field(.string)) }) { first, _ in first }
        let record = RecordType(noun: "entry of env", fields: fields)
        let secretEntries = entries.filter { entry in
            guard let text = entry.value.scalar?.text else { return false }
            return text.contains("${{") && text.contains("secrets")
        }
        return Scope(
            base: base.adding(["env": .record(record)]), steps: steps, secrets: secrets,
            secretEntries: Set(secretEntries.map(\.key)))
    }

    /// The environment for an expression with these references.
    func environment(_ extras: Extras, for references: [Reference]) -> Environment {
        guard let outer = steps?.outerSteps(in: references) else { return environment(extras) }
        return environment(extras).adding(["steps": .record(outer)])
    }

    private func environment(_ extras: Extras) -> Environment {
        if let known = environments[extras] { return known }
        var variables = extras.result.variables
        for name in extras.variables { variables[name] = .dyn }
        if let steps { variables["steps"] = .record(steps.record) }
        if extras.allowsSecrets { variables["secrets"] = .record(secrets) }
        let made = base.adding(variables)
        environments[extras] = made
        return made
    }
}

/// The steps that can be referred to at a place: those of its own list, then those of the lists around it.
final class StepsScope {
    let record: RecordType
    private let parent: StepsScope?

    init(record: RecordType, parent: StepsScope?) {
        self.record = record
        self.parent = parent
    }

    /// The own steps and those outer ones that are referred to; nil where none is, which is the common case.
    func outerSteps(in references: [Reference]) -> RecordType? {
        guard let parent else { return nil }
        var fields: [String: RecordType.Field] = [:]
        for reference in references where reference.path.count > 1 && reference.path[0] == "steps" {
            let name = reference.path[1]
            if record.fields[name] == nil, let field = parent.field(name) { fields[name] = field }
        }
        guard !fields.isEmpty else { return nil }
        return RecordType(noun: record.noun, fields: record.fields.merging(fields) { own, _ in own })
    }

    private func field(_ name: String) -> RecordType.Field? {
        record.fields[name] ?? parent?.field(name)
    }
}
