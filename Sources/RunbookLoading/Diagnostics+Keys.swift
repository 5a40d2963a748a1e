import Diagnostics
import RunbookModel

// The wording of R1xx: keys and types.

extension SyntaxNode {
    /// What the node is, for messages.
    var kindForPeople: String {
        switch content {
        case .refused: "nothing"
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar):
            switch scalar.value {
            case .null: "nothing"
            case .boolean(let flag): "\(flag)"
            case .integer, .number: "the number \(scalar.text.shortened)"
            case .string: "text"
            }
        }
    }

}

extension Diagnostic {
    private static func didYouMean(_ name: String, _ known: some Sequence<String>) -> String? {
        nearest(to: name, in: known).map { "did you mean '\($0)'?" }
    }

    static func unknownKey(_ entry: SyntaxNode.Entry, of what: String, known: some Collection<String>) -> Diagnostic {
        let place = what.isEmpty ? "" : " in \(what)"
        let all = known.sorted().joined(separator: ", ")
        let list = known.count > 12 ? nil : "the keys are \(all)"
        return Diagnostic(
            .unknownKey, "unknown key '\(entry.key.shortened)'\(place)", at: entry.keySpan,
            help: didYouMean(entry.key, known) ?? list)
    }

    static func missingKey(_ key: String, in node: SyntaxNode, of what: String) -> Diagnostic {
        let place = what.isEmpty ? "" : " of \(what)"
        return Diagnostic(.missingKey, "the key '\(key)'\(place) is missing", at: node.span)
    }

    static func missingOneOf(_ keys: [String], in call: SyntaxNode.Entry) -> Diagnostic {
        let words = keys.joined(separator: ", ")
        return Diagnostic(.missingKey, "`\(call.key)` needs one of \(words)", at: call.keySpan)
    }

    static func wrongType(_ node: SyntaxNode, expected: String) -> Diagnostic {
        // A lone item where a list is expected; a command line is several.
        var item = expected.hasPrefix("a list") ? node.scalar?.text : nil
        if let text = item, !text.contains(where: { "'\"\\,[]{}#:&*!|>%@`".contains($0) }) {
            item = text.split(separator: " ").joined(separator: ", ")
        }
        return Diagnostic(
            .wrongType, "expected \(expected), found \(node.kindForPeople)", at: node.span,
            help: item.flatMap { $0.isEmpty ? nil : "write [\($0.shortened)]" })
    }

    static func badName(_ text: String, _ span: Span, _ what: String) -> Diagnostic {
        let repaired = Diagnostic.repairedName(text)
        return Diagnostic(
            .badName, "'\(text.shortened)' cannot be \(what.withArticle)", at: span,
            notes: ["names are lower-case letters, digits and '_', a letter first, so that they stand in expressions"],
            help: repaired.map { "write '\($0)'" })
    }

    private static func repairedName(_ text: String) -> String? {
        let lowered = text.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
        return StepID.isValid(String(lowered)) ? String(lowered) : nil
    }

    static func badRunbookName(_ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            .badName, "'\(text.shortened)' cannot be the name of a runbook or system", at: span,
            notes: ["names are lower-case letters, digits, '_' and '-', a letter first"])
    }

    static func badEnvironmentName(_ entry: SyntaxNode.Entry) -> Diagnostic {
        Diagnostic(
            .badName, "'\(entry.key.shortened)' cannot be the name of an environment variable", at: entry.keySpan,
            notes: ["names are letters, digits and '_', no digit first; those with BELAY_ are Belay's own"])
    }

    static func takenVariable(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            .badName, "the variable '\(name)' exists already", at: span, help: "choose another name under `as`")
    }

    static func unknownWord(_ text: String, _ span: Span, known: [String]) -> Diagnostic {
        Diagnostic(
            .unknownWord, "'\(text.shortened)' is not one of \(known.joined(separator: ", "))", at: span,
            help: didYouMean(text, known))
    }

    static func badQuantity(_ text: String, _ span: Span, kind: String, examples: String) -> Diagnostic {
        Diagnostic(
            .badQuantity, "'\(text.shortened)' is not a \(kind)", at: span, help: "write for example \(examples)")
    }

    static func badValue(_ message: String, _ span: Span) -> Diagnostic {
        let code: DiagnosticCode = message.hasPrefix("expected") ? .wrongType : .badQuantity
        return Diagnostic(code, message.shortened, at: span)
    }

    static func outOfRange(_ value: String, _ span: Span, _ range: ClosedRange<Int64>) -> Diagnostic {
        Diagnostic(.outOfRange, "\(value) is not between \(range.lowerBound) and \(range.upperBound)", at: span)
    }

    static func badMode(_ text: String, _ span: Span, isOctal: Bool) -> Diagnostic {
        isOctal
            ? Diagnostic(
                .badMode, "a file mode must be quoted: YAML reads \(text) as a decimal number", at: span,
                help: "write \"\(text)\"")
            : Diagnostic(
                .badMode, "'\(text.shortened)' is not a file mode", at: span, help: "write for example \"0640\"")
    }

    static func severalKinds(_ what: String, _ entries: [SyntaxNode.Entry]) -> Diagnostic {
        let names = entries.map { "`\($0.key)`" }.joined(separator: " and ")
        return Diagnostic(
            .severalActions, "one \(what) only: here are \(names)", at: entries[1].keySpan,
            context: [Label(entries[0].keySpan, "the first \(what)")],
            help: what == "action" ? "make a step of each" : "make a list of them")
    }

    static func emptyStep(_ node: SyntaxNode) -> Diagnostic {
        Diagnostic(
            .emptyStep, "this step does nothing", at: node.value(for: "id")?.span ?? node.span,
            help: "give it an action, such as `run`, or `verify`")
    }

    static func noCheck(_ node: SyntaxNode) -> Diagnostic {
        Diagnostic(.emptyStep, "there is no check here", at: node.span, help: "give it a kind, such as `http` or `run`")
    }

    static func noOperation(_ node: SyntaxNode) -> Diagnostic {
        Diagnostic(.emptyStep, "there is nothing to do here", at: node.span)
    }

    /// `why` is lower case.
    static func badConfigPath(_ why: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            .wrongType, why, at: span,
            help: "write for example server.ports[0], labels.\"app.name\", or the JSON Pointer /server/ports/0")
    }

    static func badVersion(_ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(.wrongType, "'\(text.shortened)' is not a version", at: span, help: "write for example \"1.2.0\"")
    }

    static func duplicateHop(_ version: String, _ span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            .conflictingKeys, "there are two hops to \(version)", at: span, context: [Label(first, "the first one")])
    }

    static func pathNotLiteral(_ key: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            .wrongType, "`\(key)` must be known before the run, because the file is pinned with it", at: span,
            help: "write its path without ${{ }}")
    }

    static func pathNotBeside(_ path: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            .unreadableFile, "'\(path)' is outside the directory of the runbook", at: span,
            help: "files that a run pins lie beside the runbook or below it")
    }

    static func noAction(_ node: SyntaxNode, of what: String) -> Diagnostic {
        Diagnostic(.emptyStep, "there is no action in \(what)", at: node.span, help: "give it one, such as `run`")
    }

    static func conflictingKeys(_ entry: SyntaxNode.Entry, with other: SyntaxNode.Entry) -> Diagnostic {
        Diagnostic(
            .conflictingKeys, "`\(entry.key)` and `\(other.key)` exclude each other", at: entry.keySpan,
            context: [Label(other.keySpan, "the other one")])
    }

    static func misplacedKey(_ entry: SyntaxNode.Entry, of what: String, why: String) -> Diagnostic {
        Diagnostic(.misplacedKey, "`\(entry.key)` does not belong to \(what): \(why)", at: entry.keySpan)
    }

    static func nameNotFile(_ name: String, _ span: Span, file: String) -> Diagnostic {
        Diagnostic(
            .nameNotFile, "the name '\(name.shortened)' is not that of the file, '\(file.shortened)'", at: span,
            help: "write '\(file.shortened)', or rename the file")
    }

    static func reservedKey(_ entry: SyntaxNode.Entry) -> Diagnostic {
        Diagnostic(
            .reservedKey, "the key '\(entry.key)' is reserved for a later version", at: entry.keySpan,
            help: "for now a step runs on the host that Belay runs on")
    }

    static func emptyList(_ node: SyntaxNode, of what: String) -> Diagnostic {
        Diagnostic(.emptyList, "this list of \(what) is empty", at: node.span)
    }
}

extension String {
    /// The noun with `a` or `an`.
    fileprivate var withArticle: String {
        "aeiou".contains(first ?? " ") ? "an \(self)" : "a \(self)"
    }
}
