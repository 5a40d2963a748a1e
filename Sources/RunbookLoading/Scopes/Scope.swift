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
    private var environments: [Extras: Environment] = [:]

    /// What an expression sees beyond the names of its place.
    struct Extras: Hashable {
        var result: ResultFields = .none
        var variables: [String] = []
        var allowsSecrets = false

        static let none = Extras()
        static let secrets = Extras(allowsSecrets: true)
    }

    init(base: Environment, steps: StepsScope?, secrets: RecordType) {
        self.base = base
        self.steps = steps
        self.secrets = secrets
    }

    /// The scope of a list of steps inside this place.
    func entering(_ steps: RecordType) -> Scope {
        Scope(base: base, steps: StepsScope(record: steps, parent: self.steps), secrets: secrets)
    }

    /// The same scope with further variables.
    func adding(_ variables: [String: ValueType]) -> Scope {
        Scope(base: base.adding(variables), steps: steps, secrets: secrets)
    }

    /// The same scope with further entries of `env`.
    func adding(environmentEntries names: [String]) -> Scope {
        guard !names.isEmpty, case .record(let present)? = base.variables["env"] else { return self }
        var fields = present.fields
        for name in names { fields[name] = RecordType.Field(.string) }
        return adding(["env": .record(RecordType(noun: present.noun, fields: fields))])
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
