import Diagnostics
import Expressions
import RunbookModel

extension DecodingContext {
    /// What an expression must give.
    enum Wanted {
        case bool
        case items
        case text
        case anything

        func accepts(_ type: ValueType) -> Bool {
            switch (self, type) {
            case (.anything, _), (_, .dyn), (_, .error): true
            case (_, .wrapper(let inner)): accepts(inner)
            case (.bool, .bool), (.items, .list), (.items, .map), (.items, .record), (.text, .string): true
            default: false
            }
        }

        var words: String {
            switch self {
            case .bool: "true or false"
            case .items: "a list or a mapping"
            case .text: "text"
            case .anything: "a value"
            }
        }
    }

    /// A CEL expression, checked in its scope.
    func expression(
        _ node: SyntaxNode, _ scope: Scope, _ extras: Scope.Extras = .none, gives wanted: Wanted = .bool
    ) -> Expression? {
        guard let scalar = node.scalar, !node.isNull else {
            if !node.isRefused { add(.expressionExpected(node)) }
            return nil
        }
        let source = scalar.text
        if source.templateStart?.lowerBound == 0 {
            add(.wrappedExpression(source, node.span))
            return nil
        }
        if bag.isFull { return nil }
        guard let parsed = unwrap(ParsedExpression.parse(source), node, .expressionSyntax),
            mayUseSecrets(parsed.references, node, scope, extras)
        else { return nil }
        let environment = scope.environment(extras, for: parsed.references)
        guard let checked = unwrap(parsed.check(in: environment), node, .expressionCheck) else { return nil }
        guard wanted.accepts(checked.resultType) else {
            add(.wrongResult(node.span, wanted: wanted.words, found: checked.resultType))
            return nil
        }
        record(checked.references, node)
        return checked
    }

    /// A text with `${{ }}`, checked in its scope.
    func template(_ node: SyntaxNode, _ scope: Scope, _ extras: Scope.Extras = .none) -> Template? {
        guard let text = text(node) else { return nil }
        guard let parsed = unwrap(Template.parse(text), node, .expressionSyntax),
            mayUseSecrets(parsed.references, node, scope, extras)
        else { return nil }
        let environment = scope.environment(extras, for: parsed.references)
        guard let checked = unwrap(parsed.check(in: environment), node, .expressionCheck) else { return nil }
        record(checked.references, node)
        return checked
    }

    func templates(_ node: SyntaxNode, _ scope: Scope, _ what: String = "a list of texts") -> [Template] {
        (list(node, what) ?? []).compactMap { template($0, scope) }
    }

    /// A duration, or a template that gives one when it is needed.
    func durationSetting(_ node: SyntaxNode, _ scope: Scope) -> Setting<Duration>? {
        guard let text = text(node, "a duration") else { return nil }
        return text.templateStart == nil
            ? duration(node).map(Setting.value) : template(node, scope).map(Setting.template)
    }

    // MARK: - Problems

    private func unwrap<Success>(
        _ result: Result<Success, ExpressionProblems>, _ node: SyntaxNode, _ code: DiagnosticCode
    ) -> Success? {
        switch result {
        case .success(let value): return value
        case .failure(let problems):
            for problem in problems.all { add(.expression(problem, node, code)) }
            return nil
        }
    }

    private func record(_ references: [Reference], _ node: SyntaxNode) {
        for reference in references where reference.path.count > 1 && reference.path[0] == "steps" {
            note(StepReference(name: reference.path[1], node: node, range: reference.range))
        }
    }

    /// Secrets, and entries of `env` made from them, may stand only where nothing is journaled or shown.
    private func mayUseSecrets(
        _ references: [Reference], _ node: SyntaxNode, _ scope: Scope, _ extras: Scope.Extras
    ) -> Bool {
        if extras.allowsSecrets { return true }
        let secret = references.first { reference in
            reference.path[0] == "secrets"
                || reference.path.count > 1 && reference.path[0] == "env"
                    && scope.secretEntries.contains(reference.path[1])
        }
        guard let secret else { return true }
        add(.misplacedSecret(node.span(ofText: secret.range), entry: secret.path[0] == "env" ? secret.path[1] : nil))
        return false
    }
}
