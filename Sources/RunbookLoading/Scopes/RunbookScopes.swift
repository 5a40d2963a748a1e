import Expressions
import RunbookModel

/// The scopes of the top level of a runbook, made from its declarations before they are decoded.
struct RunbookScopes {
    /// Defaults of inputs: what is known before anyone is asked.
    let defaults: Scope
    /// Sources of secrets and the entries of `env`: everything but `env` itself.
    let beforeEnvironment: Scope
    /// Everything else that stands outside steps.
    let whole: Scope

    init(node: SyntaxNode, requires: Requirements, profile: SystemProfile?) {
        let secrets = RecordType(
            noun: "secret",
            fields: Dictionary(
                (node.value(for: "secrets")?.mapping ?? []).map { ($0.key, RecordType.Field(.string)) }
            ) { first, _ in first })
        let known = Environment(
            variables: [
                "system": SystemType.type(requires: requires, profile: profile), "run": .record(StandardTypes.run),
                "facts": .record(StandardTypes.facts),
            ], functions: [YAMLFunction.function])
        defaults = Scope(base: known, steps: nil, secrets: secrets)
        let withInputs = known.adding(["inputs": .record(Self.inputs(node))])
        beforeEnvironment = Scope(base: withInputs, steps: nil, secrets: secrets)
        whole = beforeEnvironment.adding(environment: node.value(for: "env")?.mapping ?? [])
    }

    private static func inputs(_ node: SyntaxNode) -> RecordType {
        var fields: [String: RecordType.Field] = [:]
        for entry in node.value(for: "inputs")?.mapping ?? [] {
            let type =
                switch entry.value.value(for: "type")?.scalar?.text {
                case nil: InputType.string.valueType
                case let text?: InputType(text)?.valueType ?? .dyn
                }
            fields[entry.key] = RecordType.Field(type)
        }
        return RecordType(noun: "input", fields: fields)
    }
}

/// The type of the variable `system`.
///
/// A runbook that lists what it requires sees that and no more, so that its list is complete; one that lists nothing
/// sees all of the profile, or anything where none is given.
enum SystemType {
    static func type(requires: Requirements, profile: SystemProfile?) -> ValueType {
        if requires.system.isEmpty { return profile.map { of(.map($0.value)) } ?? .dyn }
        var tree = Tree()
        tree.insert(["name"], isOptional: false)
        tree.insert(["title"], isOptional: true)
        for key in requires.system { tree.insert(key.path.split(separator: ".")[...], isOptional: key.isOptional) }
        return tree.type(in: profile.map { .map($0.value) })
    }

    /// The type of a value of a profile; mappings become records.
    private static func of(_ value: Value) -> ValueType {
        switch value {
        case .map(let map):
            var fields: [String: RecordType.Field] = [:]
            for entry in map { if let key = entry.key.asString { fields[key] = .init(of(entry.value)) } }
            return .record(RecordType(noun: "profile key", fields: fields))
        case .list: return .list(.dyn)
        case .string: return .string
        case .int: return .int
        case .double: return .double
        case .bool: return .bool
        default: return .dyn
        }
    }

    /// The required keys as a tree of the parts of their paths.
    private struct Tree {
        private var children: [Substring: Tree] = [:]
        private var isOptional = true
        /// Whether a required path ends here, so that everything below may be used.
        private var isWhole = false

        mutating func insert(_ path: ArraySlice<Substring>, isOptional: Bool) {
            guard let first = path.first else {
                isWhole = true
                return
            }
            var child = children[first] ?? Tree()
            child.isOptional = child.isOptional && isOptional
            child.insert(path.dropFirst(), isOptional: isOptional)
            children[first] = child
        }

        func type(in value: Value?) -> ValueType {
            if isWhole || children.isEmpty { return value.map(SystemType.of) ?? .dyn }
            var fields: [String: RecordType.Field] = [:]
            for (name, child) in children {
                fields[String(name)] = .init(child.type(in: value?[String(name)]), mayBeAbsent: child.isOptional)
            }
            return .record(RecordType(noun: "profile key", fields: fields))
        }
    }
}
