/// Collects the paths that start at free variables.
struct ReferenceFinder {
    private var found: [Reference] = []
    private var locals: [String] = []

    static func references(in syntax: Syntax) -> [Reference] {
        var finder = ReferenceFinder()
        finder.visit(syntax)
        return finder.found.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    private mutating func visit(_ syntax: Syntax) {
        if let path = path(syntax) {
            found.append(Reference(path: path, range: syntax.range))
            return
        }
        switch syntax.kind {
        case .literal, .name: break
        case .select(let operand, _, _), .not(let operand), .negate(let operand): visit(operand)
        case .has(let operand, let field):
            guard let path = path(operand) else { return visit(operand) }
            let range = operand.range.lowerBound..<field.range.upperBound
            found.append(Reference(path: path + [field.name], range: range))
        case .index(let operand, let index, _):
            visit(operand)
            visit(index)
        case .call(let name, _, let receiver, let arguments):
            if let receiver, !isNamespace(receiver, name) { visit(receiver) }
            for argument in arguments { visit(argument) }
        case .binary(_, let left, let right):
            visit(left)
            visit(right)
        case .and(let terms), .or(let terms):
            for term in terms { visit(term) }
        case .conditional(let condition, let whenTrue, let whenFalse):
            for part in [condition, whenTrue, whenFalse] { visit(part) }
        case .list(let elements):
            for element in elements { visit(element.value) }
        case .map(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .comprehension(let comprehension):
            visit(comprehension.source)
            within(comprehension.variables, [comprehension.condition, comprehension.body].compactMap { $0 })
        case .bind(let name, let value, let body), .optionalMap(let value, let name, let body, _):
            visit(value)
            within([name], [body])
        }
    }

    private mutating func within(_ names: [String], _ parts: [Syntax]) {
        locals += names
        for part in parts { visit(part) }
        locals.removeLast(names.count)
    }

    /// The path that the whole of it is; nil where it is something else.
    private func path(_ syntax: Syntax) -> [String]? {
        switch syntax.kind {
        case .name(let name, let isAbsolute):
            guard isAbsolute || !locals.contains(name), ValueType.denoted(by: name) == nil else { return nil }
            return [name]
        case .select(let operand, let field, _):
            return path(operand).map { $0 + [field.name] }
        case .index(let operand, let index, _):
            guard case .literal(.string(let name)) = index.kind else { return nil }
            return path(operand).map { $0 + [name] }
        default: return nil
        }
    }

    private func isNamespace(_ receiver: Syntax, _ name: String) -> Bool {
        guard let path = path(receiver) else { return false }
        return StandardFunctions.table[(path + [name]).joined(separator: ".")] != nil
    }
}
