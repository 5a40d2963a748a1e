import RunbookModel

/// The reference of actions or checks, from their declarations.
struct VocabularyPage {
    let kinds: [KindDeclaration]
    let isAboutActions: Bool

    init(kinds: [String: KindDeclaration], isAboutActions: Bool) {
        self.kinds = kinds.values.sorted { $0.name < $1.name }
        self.isAboutActions = isAboutActions
    }

    var text: String {
        ([overview] + kinds.filter(\.isPerformed).map(section)).joined(separator: "\n\n")
    }

    private var overview: String {
        let rows = kinds.map { kind in
            var cells = ["`\(kind.name)`", kind.summary.escapedCell]
            if isAboutActions { cells.append(Self.words(for: kind.effect)) }
            cells.append(kind.isPerformed ? "yes" : "not yet")
            return cells
        }
        let head =
            isAboutActions
            ? ["action", "what it does", "its undo", "in this version"] : ["check", "holds when", "in this version"]
        return MarkdownTable(head: head, rows: rows).text
    }

    private static func words(for effect: KindDeclaration.Effect) -> String {
        switch effect {
        case .mutating: "the step must say"
        case .reversible: "of its own"
        case .readOnly: "nothing to take back"
        }
    }

    private func section(_ kind: KindDeclaration) -> String {
        var lines = ["#### `\(kind.name)`", "", "\(kind.summary)\(Self.words(for: kind.result))"]
        let forms = ShapeWords.forms(of: kind.shape)
        if let form = forms.text { lines += ["", "Written as \(form)."] }
        if !forms.keys.isEmpty {
            lines += ["", MarkdownTable(head: ["key", "value", ""], rows: ShapeWords.rows(for: forms.keys)).text]
        }
        return lines.joined(separator: "\n")
    }

    private static func words(for result: ResultFields) -> String {
        switch result {
        case .none: ""
        case .process: " Its result has `exit`, `signal`, `stdout`, `stderr`, `elapsed`."
        case .http: " Its result has `status`, `headers`, `body`, `elapsed`."
        case .query: " Its result has `rows`, `value`."
        case .metric: " Its value sees what its source gives: the result of a process, of a request or of a query."
        }
    }
}
