import Diagnostics
import Expressions
import RunbookModel

/// Decodes what stands in for a step.
struct MockDecoder {
    let context: DecodingContext

    private static let actionKeys: Set<String> = [
        "exit", "signal", "stdout", "stderr", "outputs", "status", "body", "headers", "elapsed", "timeout", "lost",
        "fails", "inconclusive",
    ]
    private static let stepKeys: Set<String> = [
        "tries", "checks", "verify", "done_when", "done_before", "apply", "undo", "protect", "restore", "preconditions",
    ]
    private static let undoKeys: Set<String> = ["tries", "verify", "done_when"]

    /// A mapping, a list of tries, or a word.
    func step(_ node: SyntaxNode) -> StepMock? {
        if node.sequence != nil {
            var mock = StepMock()
            mock.tries = tries(node)
            return mock
        }
        guard node.mapping != nil else { return word(node) }
        var mock = StepMock()
        context.checkKeys(node, of: "a mock", Self.actionKeys.union(Self.stepKeys))
        mock.tries = actions(node)
        if let checks = node.mapping?.first(where: { $0.key == "checks" }),
            let verify = node.mapping?.first(where: { $0.key == "verify" })
        {
            context.add(.conflictingKeys(verify, with: checks))
        }
        mock.verify = (node.value(for: "checks") ?? node.value(for: "verify")).flatMap(look)
        mock.doneWhen = node.value(for: "done_when").flatMap(look)
        mock.doneBefore = node.value(for: "done_before").flatMap(look)
        mock.apply = node.value(for: "apply").map(tries) ?? []
        mock.undo = node.value(for: "undo").flatMap(undo)
        mock.protect = node.value(for: "protect").flatMap { tries($0).first }
        mock.restore = node.value(for: "restore").flatMap { tries($0).first }
        mock.preconditions = node.value(for: "preconditions").flatMap(look)
        return mock
    }

    private enum Word: String, CaseIterable {
        case succeeds, fails, met, warn, inconclusive
        case notMet = "not_met"
    }

    /// `succeeds`, `fails`, or the answer of a verify step.
    private func word(_ node: SyntaxNode) -> StepMock? {
        guard let word = context.word(node, Word.allCases) else { return nil }
        var mock = StepMock()
        switch word {
        case .succeeds: break
        case .fails: mock.tries = [failing(node)]
        default:
            let answer = LookMock.Answer(rawValue: word.rawValue) ?? .met
            mock.verify = LookMock([.all(answer)], node.span)
        }
        return mock
    }

    private func undo(_ node: SyntaxNode) -> UndoMock? {
        var mock = UndoMock()
        guard let entries = node.mapping else {
            mock.tries = tries(node)
            return mock
        }
        context.checkKeys(node, of: "the mock of an undo", Self.actionKeys.union(Self.undoKeys))
        if entries.contains(where: { $0.key == "tries" || Self.actionKeys.contains($0.key) }) {
            mock.tries = actions(node)
        }
        mock.verify = node.value(for: "verify").flatMap(look)
        mock.doneWhen = node.value(for: "done_when").flatMap(look)
        return mock
    }

    // MARK: Actions

    /// The tries of a mapping: those under `tries`, or the one that the mapping itself is.
    private func actions(_ node: SyntaxNode) -> [ActionMock] {
        guard let list = node.mapping?.first(where: { $0.key == "tries" }) else {
            let own = (node.mapping ?? []).contains { Self.actionKeys.contains($0.key) }
            return own ? [action(node)] : []
        }
        if let other = node.mapping?.first(where: { Self.actionKeys.contains($0.key) }) {
            context.add(.conflictingKeys(other, with: list))
        }
        return tries(list.value)
    }

    /// Successive tries, each a mapping or a word; one may stand for a list.
    private func tries(_ node: SyntaxNode) -> [ActionMock] {
        if node.sequence?.isEmpty == true { context.add(.emptyList(node, of: "tries")) }
        return context.oneOrMany(node).compactMap { item in
            guard item.mapping != nil else { return self.try(item) }
            context.checkKeys(item, of: "a try", Self.actionKeys)
            return action(item)
        }
    }

    private enum TryWord: String, CaseIterable { case succeeds, fails }

    private func `try`(_ node: SyntaxNode) -> ActionMock? {
        switch context.word(node, TryWord.allCases) {
        case .succeeds: ActionMock(node.span)
        case .fails: failing(node)
        case nil: nil
        }
    }

    private func failing(_ node: SyntaxNode) -> ActionMock {
        var mock = ActionMock(node.span)
        mock.exit = 1
        return mock
    }

    private func action(_ node: SyntaxNode) -> ActionMock {
        var mock = ActionMock(node.span)
        mock.exit = node.value(for: "exit").flatMap { context.int($0, 0...255) } ?? 0
        mock.stdout = node.value(for: "stdout").flatMap { text($0) } ?? ""
        mock.stderr = node.value(for: "stderr").flatMap { text($0) } ?? ""
        mock.outputs = node.value(for: "outputs").map(map) ?? ValueMap()
        mock.status = node.value(for: "status").flatMap { context.int($0, 100...599) } ?? 200
        mock.body = node.value(for: "body").map { Value($0) }
        mock.headers = node.value(for: "headers").map(map) ?? ValueMap()
        mock.elapsed = node.value(for: "elapsed").flatMap(context.duration) ?? .zero
        mock.ending = ending(node)
        return mock
    }

    /// Texts of programs may hold anything, `${{` included.
    private func text(_ node: SyntaxNode) -> String? { context.text(node) }

    private func map(_ node: SyntaxNode) -> ValueMap {
        ValueMap((context.mapping(node, "a mapping") ?? []).map { ($0.key, Value($0.value)) })
    }

    private static let endings = ["signal", "timeout", "lost", "fails", "inconclusive"]

    private func ending(_ node: SyntaxNode) -> ActionMock.Ending {
        let given = (node.mapping ?? []).filter { Self.endings.contains($0.key) }
        guard let entry = given.first else { return .exits }
        if given.count > 1 { context.add(.conflictingKeys(given[1], with: entry)) }
        if let exit = node.mapping?.first(where: { $0.key == "exit" }) {
            context.add(.conflictingKeys(exit, with: entry))
        }
        switch entry.key {
        case "signal": return .signal(context.int(entry.value, 1...64) ?? 9)
        case "timeout": return context.bool(entry.value) == true ? .timesOut : .exits
        case "lost": return context.bool(entry.value) == true ? .isLost : .exits
        case "fails": return .fails(context.text(entry.value, "the reason") ?? "")
        default: return .isInconclusive(context.text(entry.value, "the reason") ?? "")
        }
    }

    // MARK: Checks

    /// An answer, answers by check, or a list of these for successive looks.
    func look(_ node: SyntaxNode) -> LookMock? {
        if node.sequence?.isEmpty == true { context.add(.emptyList(node, of: "answers")) }
        let looks = context.oneOrMany(node).compactMap(oneLook)
        return looks.isEmpty ? nil : LookMock(looks, node.span)
    }

    private func oneLook(_ node: SyntaxNode) -> LookMock.Look? {
        guard let entries = node.mapping else {
            return context.word(node, LookMock.Answer.allCases).map { .all($0) }
        }
        return .each(
            entries.compactMap { entry in
                context.word(entry.value, LookMock.Answer.allCases).map { (Located(entry.key, entry.keySpan), $0) }
            })
    }
}
