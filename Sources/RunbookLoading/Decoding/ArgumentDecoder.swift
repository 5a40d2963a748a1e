import Diagnostics
import Expressions
import RunbookModel

/// Decodes what stands under a key, by the shape that the vocabulary gives it.
struct ArgumentDecoder {
    let context: DecodingContext
    let scope: Scope
    /// Whether `secrets.NAME` may stand here.
    var allowsSecrets = false
    /// Variables that only expressions here see.
    var variables: [String] = []
    /// What the keys of the outermost mapping belong to, for messages.
    var owner = ""

    /// The argument; nil after an error.
    func decode(_ node: SyntaxNode, _ shape: Shape) -> Argument? {
        switch shape {
        case .string, .path, .url, .int, .number, .bool, .duration, .size: scalar(node, shape)
        case .script: context.script(node).map { .constant(.string($0)) }
        case .choice(let words): choice(node, words)
        case .mode: context.mode(node).map { _ in .constant(.string(node.scalar?.text ?? "")) }
        case .timeOfDay: context.timeOfDay(node).map { _ in .constant(.string(node.scalar?.text ?? "")) }
        case .comparison: comparison(node)
        case .expression(let result, let variables):
            context.expression(
                node, scope, .init(result: result, variables: variables),
                gives: result == .http || result == .query || !variables.isEmpty ? .bool : .anything
            ).map(Argument.expression)
        case .value: value(node)
        case .list(let item): wholeTemplate(node, shape) ?? list(node, item)
        case .oneOrMany(let item):
            node.sequence == nil
                ? wholeTemplate(node, shape) ?? decode(node, item).map { .list([$0]) } : list(node, item)
        case .mapping(let item): wholeTemplate(node, shape) ?? mapping(node, item)
        case .record(let keys): record(node, keys)
        case .either(let shapes): either(node, shapes)
        case .checks: .checks(CheckDecoder(context: context, scope: scope).checks(node))
        case .form: .form(InputDecoder(context: context, scope: scope, isForm: true).decode(node))
        case .action, .steps: nil
        }
    }

    // MARK: - Scalars

    private func scalar(_ node: SyntaxNode, _ shape: Shape) -> Argument? {
        guard let text = context.text(node, shape.words) else { return nil }
        if text.utf8.contains(UInt8(ascii: "$")), text.contains("${{") { return template(node, shape) }
        return constant(text, node, shape)
    }

    private func template(_ node: SyntaxNode, _ shape: Shape) -> Argument? {
        guard let template = context.template(node, scope, extras) else { return nil }
        if let literal = template.literalText { return constant(literal, node, shape) }
        guard shape.mayTake(template.resultType) else {
            context.add(.wrongResult(node.span, wanted: shape.words, found: template.resultType))
            return nil
        }
        return .template(template, shape)
    }

    private var extras: Scope.Extras { Scope.Extras(variables: variables, allowsSecrets: allowsSecrets) }

    private func constant(_ text: String, _ node: SyntaxNode, _ shape: Shape) -> Argument? {
        if case .bool = shape { return context.bool(node).map { .constant(.bool($0)) } }
        if case .int(let range) = shape, let number = Int64(text), !range.contains(number) {
            context.add(.outOfRange(text, node.span, range))
            return nil
        }
        do {
            return .constant(try shape.convert(.string(text)))
        } catch {
            context.add(.badValue(error.message, node.span))
            return nil
        }
    }

    private func choice(_ node: SyntaxNode, _ words: [String]) -> Argument? {
        guard let text = context.literal(node, "one of \(words.joined(separator: ", "))") else { return nil }
        if words.contains(text) { return .constant(.string(text)) }
        context.add(.unknownWord(text, node.span, known: words))
        return nil
    }

    private func comparison(_ node: SyntaxNode) -> Argument? {
        if node.mapping != nil {
            return record(node, [.init("warn", .comparison, ""), .init("fail", .comparison, "")])
        }
        guard let text = context.text(node, "a comparison") else { return nil }
        if text.templateStart != nil { return template(node, .comparison) }
        if Comparison(text) != nil { return .constant(.string(text)) }
        context.add(
            .badQuantity(text, node.span, kind: "comparison", examples: "\">= 2GiB\", \"< 80%\" or \"== 0\""))
        return nil
    }

    // MARK: - Structures

    /// A list or mapping that is given by one `${{ }}`.
    private func wholeTemplate(_ node: SyntaxNode, _ shape: Shape) -> Argument? {
        guard let text = node.scalar?.text, text.templateStart?.lowerBound == 0, text.hasSuffix("}}") else {
            return nil
        }
        return template(node, shape)
    }

    private func list(_ node: SyntaxNode, _ item: Shape) -> Argument? {
        guard node.scalar?.text.templateStart == nil else { return nil }
        return context.list(node, "a list").map { .list($0.compactMap { decode($0, item) }) }
    }

    private func mapping(_ node: SyntaxNode, _ item: Shape) -> Argument? {
        guard node.scalar?.text.templateStart == nil else { return nil }
        return context.mapping(node, "a mapping").map { entries in
            .record(
                entries.compactMap { entry in
                    decode(entry.value, item).map { .init(key: entry.key, value: $0, span: entry.keySpan) }
                })
        }
    }

    private func record(_ node: SyntaxNode, _ keys: [Shape.Key]) -> Argument? {
        let names = keys.map(\.name)
        guard let entries = context.mapping(node, "a mapping with \(names.prefix(4).joined(separator: ", "))") else {
            return nil
        }
        var fields: [Argument.Field] = []
        for entry in entries {
            guard let key = keys.first(where: { $0.name == entry.key }) else {
                context.add(.unknownKey(entry, of: owner, known: names))
                continue
            }
            var decoder = self
            decoder.allowsSecrets = allowsSecrets || key.allowsSecrets
            decoder.variables = variables + key.variables
            decoder.owner = "`\(entry.key)`"
            guard let value = decoder.decode(entry.value, key.shape) else { continue }
            fields.append(.init(key: entry.key, value: value, span: entry.keySpan))
        }
        for key in keys where key.isRequired && node.value(for: key.name) == nil {
            context.add(.missingKey(key.name, in: node, of: owner))
        }
        return .record(fields)
    }

    /// The first form that fits the kind of node; a mapping goes to the form that knows its keys.
    private func either(_ node: SyntaxNode, _ shapes: [Shape]) -> Argument? {
        let fitting = shapes.filter { $0.fits(node) }
        guard let shape = fitting.first else {
            context.wrongType(node, expected: shapes.map(\.words).joined(separator: ", or "))
            return nil
        }
        return decode(node, shape)
    }

    /// Any YAML value; texts in it interpolate.
    private func value(_ node: SyntaxNode) -> Argument? {
        switch node.content {
        case .refused: return nil
        case .sequence(let items): return .list(items.compactMap(value))
        case .mapping: return mapping(node, .value)
        case .scalar(let scalar):
            guard case .string(let text) = scalar.value, text.contains("${{") else {
                return .constant(Value(scalar.value))
            }
            guard let template = context.template(node, scope, extras) else { return nil }
            return template.literalText.map { .constant(.string($0)) } ?? .template(template, .value)
        }
    }
}

extension Value {
    /// The value of a scalar by the core schema.
    package init(_ value: CoreValue) {
        self =
            switch value {
            case .null: .null
            case .boolean(let flag): .bool(flag)
            case .integer(let number): .int(number)
            case .number(let number): .double(number)
            case .string(let text): .string(text)
            }
    }
}

extension Shape {
    /// What is expected, for messages.
    var words: String {
        switch self {
        case .string: "text"
        case .script: "a script"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .int: "a whole number"
        case .number: "a number"
        case .bool: "true or false"
        case .duration: "a duration"
        case .size: "a size"
        case .path: "a path"
        case .url: "a URL"
        case .mode: "a quoted octal mode"
        case .timeOfDay: "a time of day"
        case .comparison: "a comparison"
        case .expression: "an expression"
        case .value: "a value"
        case .list: "a list"
        case .oneOrMany(let item): "\(item.words) or a list"
        case .mapping: "a mapping"
        case .record(let keys): "a mapping with \(keys.prefix(4).map(\.name).joined(separator: ", "))"
        case .either(let shapes): shapes.map(\.words).joined(separator: ", or ")
        case .checks: "a check or a list of checks"
        case .form: "a mapping of fields"
        case .action: "an action"
        case .steps: "a list of steps"
        }
    }

    /// Whether a node is of the kind that this form takes.
    func fits(_ node: SyntaxNode) -> Bool {
        switch (self, node.content) {
        case (.value, _), (.checks, _), (.either, _), (.oneOrMany, _), (.comparison, _): true
        case (.list, .sequence), (.mapping, .mapping), (.record, .mapping), (.form, .mapping), (.steps, .sequence),
            (.action, .mapping):
            true
        case (.list, .scalar(let scalar)), (.mapping, .scalar(let scalar)): scalar.text.templateStart != nil
        case (.record, .scalar): false
        case (_, .scalar): true
        default: false
        }
    }

    /// Whether a template of this type may give a value of this form; texts are converted when they are known.
    func mayTake(_ type: ValueType) -> Bool {
        switch (self, type) {
        case (_, .dyn), (_, .error), (.value, _), (.either, _), (_, .wrapper), (_, .optional): true
        case (.bool, .bool), (.list, .list), (.oneOrMany, _): true
        case (.mapping, .map), (.mapping, .record): true
        case (.bool, _), (.list, _), (.mapping, _): false
        case (.int, .bool), (.number, .bool), (.duration, .bool), (.size, .bool): false
        case (_, .list), (_, .map), (_, .record), (_, .null), (_, .type): false
        default: true
        }
    }
}
