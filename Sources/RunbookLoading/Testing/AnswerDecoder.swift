import Diagnostics
import Expressions
import RunbookModel

/// Decodes `answers`: what people say, by step.
struct AnswerDecoder {
    let context: DecodingContext

    private static let keys: Set<String> = [
        "answer", "by", "set", "ticked", "evidence", "typed", "comment", "after", "refused", "undo",
    ]

    func decode(_ node: SyntaxNode) -> [AnswerEntry] {
        (context.mapping(node, "a mapping by step") ?? []).map { entry in
            if entry.value.sequence?.isEmpty == true { context.add(.emptyList(entry.value, of: "answers")) }
            let items = context.oneOrMany(entry.value)
            let undo = items.compactMap { $0.value(for: "undo") }.flatMap(context.oneOrMany)
            return AnswerEntry(
                pattern: Located(entry.key, entry.keySpan), answers: items.compactMap(answer),
                undo: undo.compactMap(answer))
        }
    }

    /// A word, or a mapping.
    private func answer(_ node: SyntaxNode) -> PersonAnswer? {
        guard node.mapping != nil else {
            return context.word(node, PersonAnswer.Verdict.allCases).map { PersonAnswer($0, node.span) }
        }
        context.checkKeys(node, of: "an answer", Self.keys)
        guard let word = context.required("answer", in: node, of: "an answer"),
            let verdict = context.word(word, PersonAnswer.Verdict.allCases)
        else { return nil }
        var answer = PersonAnswer(verdict, node.span)
        if let person = node.value(for: "by") { by(person, &answer) }
        answer.values = ValueMap(entries(node, "set").map { ($0.key, Value($0.value)) })
        answer.ticked = node.value(for: "ticked").map { context.literals($0, "a list of items").map(\.value) }
        answer.evidence = text(node, "evidence")
        answer.typed = text(node, "typed")
        answer.comment = text(node, "comment")
        answer.after = node.value(for: "after").flatMap(context.duration) ?? .zero
        answer.refused = text(node, "refused")
        return answer
    }

    /// A name, or `{user, groups}`.
    private func by(_ node: SyntaxNode, _ answer: inout PersonAnswer) {
        guard node.mapping != nil else {
            answer.user = context.literal(node, "the name of a user")
            return
        }
        context.checkKeys(node, of: "by", ["user", "groups"])
        answer.user = context.required("user", in: node, of: "by").flatMap { context.literal($0, "the name of a user") }
        answer.groups = node.value(for: "groups").map { context.literals($0, "a list of groups").map(\.value) } ?? []
    }

    private func text(_ node: SyntaxNode, _ key: String) -> String? {
        node.value(for: key).flatMap { context.text($0) }
    }

    private func entries(_ node: SyntaxNode, _ key: String) -> [SyntaxNode.Entry] {
        node.value(for: key).flatMap { context.mapping($0, "a mapping of form values") } ?? []
    }
}
