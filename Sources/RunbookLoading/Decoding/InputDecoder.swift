import Diagnostics
import Expressions
import RunbookModel

/// Decodes `inputs`, and the fields of a `form`, which are declared in the same way.
struct InputDecoder {
    let context: DecodingContext
    /// What a default may refer to.
    let scope: Scope
    /// Whether these are the fields of a form.
    var isForm = false

    private static let keys: Set<String> = ["type", "default", "description", "pattern", "choices", "min", "max"]

    func decode(_ node: SyntaxNode) -> [InputDeclaration] {
        (context.mapping(node, isForm ? "a mapping of fields" : "a mapping of inputs") ?? []).compactMap(input)
    }

    private func input(_ entry: SyntaxNode.Entry) -> InputDeclaration? {
        guard context.identifier(entry.key, entry.keySpan, isForm ? "field name" : "input name") != nil else {
            return nil
        }
        var input = InputDeclaration(name: entry.key, span: entry.keySpan)
        let node = entry.value
        if node.isNull { return input }
        guard context.mapping(node, "a mapping with type") != nil else { return nil }
        context.checkKeys(node, of: isForm ? "a field" : "an input", Self.keys.union([isForm ? "required" : "secret"]))
        if let type = node.value(for: "type") { input.type = context.inputType(type) ?? .string }
        input.description = node.value(for: "description").flatMap { context.literal($0) }
        input.isSecret = node.value(for: "secret").flatMap(context.bool) ?? false
        input.isOptional = node.value(for: "required").flatMap(context.bool) == false
        guards(of: node, into: &input)
        input.default = node.value(for: "default").flatMap { self.default($0, input) }
        return input
    }

    // MARK: - Guards

    private func guards(of node: SyntaxNode, into input: inout InputDeclaration) {
        let type = input.type
        for entry in node.mapping ?? [] where type.takes(entry.key, entry.keySpan, context) {
            switch entry.key {
            case "pattern": input.pattern = pattern(entry.value)
            case "choices":
                input.choices = (context.list(entry.value, "a list of values") ?? []).compactMap { constant($0, type) }
                if entry.value.sequence?.isEmpty == true { context.add(.emptyList(entry.value, of: "choices")) }
            case "min": input.minimum = constant(entry.value, type)
            case "max": input.maximum = constant(entry.value, type)
            default: break
            }
        }
        if let least = input.minimum, let most = input.maximum, InputGuard.isLess(most, least) {
            context.add(.contradictoryInput("`max` is less than `min`", node.value(for: "max")?.span ?? node.span))
        }
    }

    private func pattern(_ node: SyntaxNode) -> Pattern? {
        guard let text = context.text(node, "a pattern") else { return nil }
        do {
            return try Pattern(text)
        } catch {
            context.add(.badPattern(error, node))
            return nil
        }
    }

    /// A value written into the file, in the form of the input's type.
    private func constant(_ node: SyntaxNode, _ type: InputType) -> Value? {
        guard let argument = ArgumentDecoder(context: context, scope: scope).decode(node, type.shape) else {
            return nil
        }
        guard let value = argument.value else {
            context.add(.notInterpolated(node.span))
            return nil
        }
        return value
    }

    private func `default`(_ node: SyntaxNode, _ input: InputDeclaration) -> Argument? {
        let decoder = ArgumentDecoder(context: context, scope: scope)
        guard let argument = decoder.decode(node, input.type.shape) else { return nil }
        if let value = argument.value, let problem = InputGuard.problem(with: value, input) {
            context.add(.badDefault(problem, node.span))
        }
        return argument
    }
}

/// What an input's guards say about a value of its type.
enum InputGuard {
    /// Why the value is not allowed; nil where it is.
    static func problem(with value: Value, _ input: InputDeclaration) -> String? {
        if input.type == .version, let text = value.asString, SemanticVersion(text) == nil {
            return "'\(text)' is not a version such as 1.4.2"
        }
        if let choices = input.choices, !choices.contains(where: { $0.celEquals(value) }) {
            return "\(value.plainText) is not one of the choices"
        }
        if let least = input.minimum, isLess(value, least) { return "\(value.plainText) is less than `min`" }
        if let most = input.maximum, isLess(most, value) { return "\(value.plainText) is more than `max`" }
        if let pattern = input.pattern, let text = value.asString, (try? pattern.matches(text)) == false {
            return "'\(text)' does not match the pattern"
        }
        return nil
    }

    static func isLess(_ left: Value, _ right: Value) -> Bool {
        if case .string(let first) = left, case .string(let second) = right,
            let old = SemanticVersion(first), let new = SemanticVersion(second)
        {
            return old < new
        }
        return left.isLess(than: right) ?? false
    }
}

extension InputType {
    /// Whether a guard makes sense for the type; else it is reported.
    fileprivate func takes(_ key: String, _ span: Span, _ context: DecodingContext) -> Bool {
        let fits =
            switch (key, self) {
            case ("pattern", .string), ("pattern", .version), ("pattern", .path), ("pattern", .url): true
            case ("min", .int), ("min", .number), ("min", .version), ("min", .duration), ("min", .size): true
            case ("max", .int), ("max", .number), ("max", .version), ("max", .duration), ("max", .size): true
            case ("pattern", _), ("min", _), ("max", _): false
            default: true
            }
        if !fits { context.add(.contradictoryInput("`\(key)` does not go with the type \(name)", span)) }
        return fits
    }
}
