import Diagnostics

extension Checker {
    mutating func checkName(_ name: String, isAbsolute: Bool, _ range: Range<Int>) -> Checked {
        if !isAbsolute, let local = local(name) {
            return Checked(node: LocalNode(local.slot, range), type: local.type)
        }
        if let type = environment.variables[name] {
            return Checked(node: VariableNode(name, range), type: type)
        }
        if let denoted = ValueType.denoted(by: name) {
            return Checked(node: ConstantNode(.type(denoted), range), type: .type(denoted))
        }
        if !isStrict { return Checked(node: VariableNode(name, range), type: .dyn) }
        return fail("unknown name '\(name)'", range, help: helpForName(name))
    }

    private func helpForName(_ name: String) -> String? {
        switch name {
        case "True", "TRUE", "yes": return "did you mean 'true'?"
        case "False", "FALSE", "no": return "did you mean 'false'?"
        case "None", "nil", "NULL", "Null": return "did you mean 'null'?"
        default: break
        }
        if let near = nearest(to: name, in: environment.variables.keys) { return "did you mean '\(near)'?" }
        if environment.overloads(name).contains(where: { !$0.isMember }) {
            return "call the function: \(name)(…)"
        }
        let owners = environment.variables.filter { $0.value.field(name) != nil }.keys.sorted()
        if let owner = owners.first { return "did you mean '\(owner).\(name)'?" }
        return "a text stands in quotes: \"\(name)\""
    }

    /// `google.protobuf.Timestamp` and the like: a dotted name that denotes a type.
    private func denotedType(_ operand: Syntax, _ field: Syntax.Field) -> ValueType? {
        guard let path = dottedName(operand) else { return nil }
        return ValueType.denoted(by: "\(path).\(field.name)")
    }

    /// The dotted name that a chain of selections spells where it starts with a name that is no variable.
    func dottedName(_ syntax: Syntax) -> String? {
        switch syntax.kind {
        case .name(let name, _):
            local(name) == nil && environment.variables[name] == nil ? name : nil
        case .select(let operand, let field, isOptional: false):
            dottedName(operand).map { "\($0).\(field.name)" }
        default: nil
        }
    }

    /// The name where the syntax is a free variable.
    private func freeVariable(_ syntax: Syntax) -> String? {
        guard case .name(let name, let isAbsolute) = syntax.kind, isAbsolute || local(name) == nil,
            environment.variables[name] != nil || !isStrict
        else { return nil }
        return name
    }

    mutating func checkSelect(_ operand: Syntax, _ field: Syntax.Field, isOptional: Bool, _ range: Range<Int>)
        -> Checked
    {
        if let type = denotedType(operand, field) {
            return Checked(node: ConstantNode(.type(type), range), type: .type(type))
        }
        return select(field, from: check(operand), operand, isOptional: isOptional, range)
    }

    private mutating func select(
        _ field: Syntax.Field, from base: Checked, _ operand: Syntax, isOptional: Bool, _ range: Range<Int>
    ) -> Checked {
        guard let found = fieldType(of: base.type, field) else {
            return Checked(node: FailingNode("no such field", range), type: .error)
        }
        let type = isOptional ? found.asOptional : found
        let access = FieldAccess(name: field.name, noun: base.type.noun, isOptional: isOptional)
        if let variable = freeVariable(operand) {
            return Checked(node: MemberNode(variable, access, range), type: type)
        }
        return Checked(node: folded(SelectNode(base.node, access, range), [base.node]), type: type)
    }

    mutating func checkHas(_ operand: Syntax, _ field: Syntax.Field, _ range: Range<Int>) -> Checked {
        let base = check(operand)
        _ = fieldType(of: base.type, field)
        let access = FieldAccess(name: field.name, noun: base.type.noun, isOptional: false)
        if let variable = freeVariable(operand) {
            return Checked(node: MemberPresenceNode(MemberNode(variable, access, range)), type: .bool)
        }
        return Checked(node: folded(PresenceNode(base.node, access, range), [base.node]), type: .bool)
    }

    /// The type of a field, reported where there is none.
    private mutating func fieldType(of base: ValueType, _ field: Syntax.Field) -> ValueType? {
        guard isStrict else { return .dyn }
        switch inference.resolve(base) {
        case .record(let record):
            if let known = record.type(of: field.name) { return known }
            report("unknown \(record.noun) '\(field.name)'", field.range, help: record.help(for: field.name))
            return nil
        case .map(let key, let value):
            guard inference.unify(key, .string) else {
                report("a map with keys of type \(key) has no fields", field.range, help: "write map[key]")
                return nil
            }
            return value
        case .optional(let inner): return fieldType(of: inner, field).map(\.asOptional)
        case .dyn, .parameter, .error, .wrapper: return .dyn
        case let other:
            report(
                "\(other) has no field '\(field.name)'", field.range,
                help: environment.overloads(field.name).contains(where: \.isMember)
                    ? "call the function: .\(field.name)(…)" : nil)
            return nil
        }
    }

    mutating func checkIndex(_ operand: Syntax, _ index: Syntax, isOptional: Bool, _ range: Range<Int>) -> Checked {
        let base = check(operand)
        if case .literal(.string(let name)) = index.kind, hasFields(base.type, operand) {
            let field = Syntax.Field(name: name, range: index.range)
            return select(field, from: base, operand, isOptional: isOptional, range)
        }
        let key = check(index)
        let found = elementType(of: base.type, key)
        let node = IndexNode(base.node, key.node, isOptional: isOptional, range)
        return Checked(
            node: folded(node, [base.node, key.node]), type: isOptional ? found.asOptional : found)
    }

    /// Whether an index with a constant string is the same as a selection.
    private func hasFields(_ type: ValueType, _ operand: Syntax) -> Bool {
        switch type {
        case .record: true
        case .dyn, .map(.string, _), .map(.dyn, _): freeVariable(operand) != nil
        default: false
        }
    }

    private mutating func elementType(of base: ValueType, _ key: Checked) -> ValueType {
        guard isStrict else { return .dyn }
        switch inference.resolve(base) {
        case .list(let element):
            require(.int, key, "the index of a list")
            return element
        case .map(let wanted, let value):
            require(wanted, key, "a key of this map")
            return value
        case .record(let record):
            require(.string, key, "the name of a \(record.noun)")
            return .dyn
        case .optional(let inner): return elementType(of: inner, key).asOptional
        case .dyn, .parameter, .error, .wrapper: return .dyn
        case let other:
            report("\(other) has no elements", key.node.range)
            return .error
        }
    }
}

extension ValueType {
    /// The type as an optional, once.
    var asOptional: ValueType {
        if case .optional = self { return self }
        return .optional(self)
    }

    /// The type of a field where the type is a record that has it.
    fileprivate func field(_ name: String) -> ValueType? {
        if case .record(let record) = self { record.fields[name]?.type } else { nil }
    }

    /// What fields are called, for messages.
    fileprivate var noun: String? {
        switch self {
        case .record(let record): record.noun
        case .optional(let inner): inner.noun
        default: nil
        }
    }
}

extension RecordType {
    func type(of field: String) -> ValueType? { fields[field]?.type ?? others }

    /// The nearest name, or all names where they are few.
    func help(for unknown: String) -> String? {
        if let near = nearest(to: unknown, in: fields.keys) { return "did you mean '\(near)'?" }
        if fields.isEmpty { return "there are none" }
        guard fields.count <= 8 else { return nil }
        return "there are: \(fields.keys.sorted().joined(separator: ", "))"
    }
}
