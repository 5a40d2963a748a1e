import Diagnostics

// The wording of what can be wrong with a file before its keys are looked at.

extension Diagnostic {
    static func unreadableFile(_ path: String, why: String, at span: Span? = nil) -> Diagnostic {
        Diagnostic(.unreadableFile, "cannot read '\(path)': \(why)", at: span)
    }

    static func fileTooLarge(_ file: SourceFile, limit: Int) -> Diagnostic {
        Diagnostic(
            .fileTooLarge, "'\(file.name)' has more than \(limit) bytes", at: nil,
            help: "put data into a file of its own, which a step reads")
    }

    static func notUTF8(_ span: Span) -> Diagnostic {
        Diagnostic(.notUTF8, "this byte is not UTF-8", at: span, help: "save the file as UTF-8")
    }

    static func forbiddenCharacter(_ scalar: Unicode.Scalar, _ span: Span) -> Diagnostic {
        let code = String(scalar.value, radix: 16, uppercase: true)
        let name = "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
        return Diagnostic(
            .forbiddenCharacter, "the character \(name) is not allowed in YAML", at: span,
            help: "remove it, or write it as an escape in double quotes")
    }

    static func yamlSyntax(_ problem: YAMLProblem, _ file: SourceFile) -> Diagnostic {
        let place = Span(file: file, range: problem.offset..<problem.offset)
        let context = problem.context.flatMap { text in
            problem.contextOffset.map { Label(Span(file: file, range: $0..<$0), text) }
        }
        let isElsewhere = context.map { $0.span != place } ?? false
        return Diagnostic(
            .yamlSyntax, problem.message, at: place, context: isElsewhere ? [context].compactMap { $0 } : [],
            help: advice(for: problem.message))
    }

    /// What to look at for an error in libyaml's words.
    private static func advice(for problem: String) -> String? {
        switch problem {
        case "did not find expected '-' indicator", "did not find expected key",
            "mapping values are not allowed in this context", "block sequence entries are not allowed in this context":
            "compare the indentation of this line with that of the lines above"
        case "did not find expected ',' or ']'": "separate the items by ',' and close the list with ']'"
        case "did not find expected ',' or '}'": "separate the keys by ',' and close the mapping with '}'"
        case "could not find expected ':'": "is a ':' missing after a key, or a quote open further up?"
        case "found unexpected end of stream": "a quote is never closed"
        default: nil
        }
    }

    static func tabIndentation(_ span: Span) -> Diagnostic {
        Diagnostic(.tabIndentation, "a tab cannot be used here", at: span, help: "indent with spaces")
    }

    static func nestedTooDeeply(_ span: Span, limit: Int) -> Diagnostic {
        Diagnostic(.nestedTooDeeply, "lists and maps are nested more than \(limit) deep", at: span)
    }

    static func tooManyNodes(_ span: Span, limit: Int) -> Diagnostic {
        Diagnostic(.tooManyNodes, "more than \(limit) values, aliases counted as what they stand for", at: span)
    }

    static func severalDocuments(_ span: Span) -> Diagnostic {
        Diagnostic(
            .severalDocuments, "a second document starts here", at: span,
            help: "put it into a file of its own, or remove the line '---'")
    }

    static func emptyFile(_ file: SourceFile) -> Diagnostic {
        Diagnostic(.emptyFile, "'\(file.name)' is empty", at: nil)
    }

    static func duplicateKey(_ key: String, _ span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            .duplicateKey, "the key '\(key.shortened)' is given twice", at: span, context: [Label(first, "first here")],
            help: "keep the one that is meant")
    }

    static func unknownTag(_ span: Span, quoted: String?) -> Diagnostic {
        Diagnostic(
            .unknownTag, "unknown tag '\(span.text.prefix { $0 != " " && $0 != "\n" })'", at: span,
            help: quoted.map { "if this is text, quote it: \($0.shortened)" })
    }

    static func mergeKey(_ span: Span) -> Diagnostic {
        Diagnostic(
            .mergeKey, "merge keys ('<<') are not part of YAML 1.2", at: span,
            help: "write the keys out, or give the whole value by an alias")
    }

    static func badAlias(_ name: String, _ span: Span, standsInside: Bool, known: [String]) -> Diagnostic {
        standsInside
            ? Diagnostic(.badAlias, "the alias '*\(name)' stands inside the value that it names", at: span)
            : Diagnostic(
                .badAlias, "nothing before this place is marked with '&\(name)'", at: span,
                help: nearest(to: name, in: known).map { "did you mean '*\($0)'?" }
                    ?? "if this is text, quote it: '*\(name)'")
    }

    static func keyNotScalar(_ span: Span) -> Diagnostic {
        Diagnostic(
            .keyNotScalar, "a list or map cannot be a key", at: span,
            help: "if a value that starts with '{' or '[' is meant as text, quote it")
    }

    static func unquotedExpression(_ span: Span, start: String, quoted: String) -> Diagnostic {
        let reading =
            switch start {
            case "!": "'!' starts a YAML tag"
            case "[": "'[' starts a YAML list, which ends at its ']'"
            case "{": "'{' starts a YAML map, which ends at its '}'"
            case "&": "'&' starts a YAML anchor"
            case "*": "'*' starts a YAML alias"
            case "\"", "'": "a YAML string ends at its closing quote"
            default: "'\(start)' cannot start unquoted text in YAML"
            }
        return Diagnostic(
            .unquotedExpression, "this expression needs quotes: \(reading)", at: span,
            help: "quote all of it: \(quoted.shortened)")
    }

    static func unquotedColon(_ span: Span, key: String?) -> Diagnostic {
        let text = span.text
        let help =
            key == "run"
            ? "write the script as a block:\nrun: |\n  \(text)"
            : "quote all of it: \(YAMLTrap.quoted(text).shortened)"
        return Diagnostic(
            .unquotedColon, "a colon with a space after it starts a map, also between quotation marks", at: span,
            help: help)
    }

    static func cutByComment(_ span: Span, comment: Span) -> Diagnostic {
        let whole = span.union(comment)
        return Diagnostic(
            .cutByComment, "a '#' after a space starts a comment, which cuts this text", at: span,
            context: [Label(comment, "the comment")], help: "quote all of it: \(YAMLTrap.quoted(whole.text).shortened)")
    }

    static func unquotedBrackets(_ span: Span, quoted: String) -> Diagnostic {
        let what = span.text.contains("${{") ? "'${{ … }}'" : "text with brackets"
        return Diagnostic(
            .unquotedBrackets, "\(what) needs quotes between braces or brackets", at: span,
            help: "write \(quoted.shortened)")
    }
}

extension String {
    /// At most 120 characters of the text, for quoting it in a message.
    var shortened: String { count <= 120 ? self : "\(prefix(119))…" }
}
