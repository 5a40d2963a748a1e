import Diagnostics
import Expressions
import RunbookModel

/// Decodes what must come out of a test.
struct ExpectationDecoder {
    let context: DecodingContext

    private static let keys: Set<String> = [
        "outcome", "exit", "forward", "rollback", "order", "undone", "skipped", "never_started", "attempts", "states",
        "outputs", "steps", "question", "questions", "notified", "refused",
    ]
    private static let outcomes = [
        "succeeded", "refused", "failed", "cancelled", "rolled_back", "rolled_back_to_commit", "inconsistent",
        "attention", "waiting", "paused",
    ]
    private static let forwardResults = ["succeeded", "failed", "timed_out", "cancelled", "rejected", "refused"]
    private static let rollbackResults = ["none", "done", "to_commit", "inconsistent"]
    private static let stepStates = [
        "pending", "skipped", "started", "succeeded", "failed", "unknown", "committed", "undo_started", "undone",
        "undo_failed", "waived",
    ]
    private static let choices = [
        "retry", "skip", "accept", "rollback", "keep", "waive", "mark-done", "mark-failed",
    ]

    func decode(_ node: SyntaxNode) -> TestExpectation? {
        guard let entries = context.mapping(node, "a mapping of expectations") else { return nil }
        context.checkKeys(node, of: "expect", Self.keys)
        if entries.isEmpty { context.add(.expectsNothing(node.span)) }
        var expect = TestExpectation(node.span)
        expect.outcome = node.value(for: "outcome").flatMap { word($0, Self.outcomes) }
        expect.exit = node.value(for: "exit").flatMap { count($0, 255) }
        expect.forward = node.value(for: "forward").flatMap(ending)
        expect.rollback = node.value(for: "rollback").flatMap { word($0, Self.rollbackResults) }
        expect.order = node.value(for: "order").flatMap(order)
        expect.undone = node.value(for: "undone").map(steps)
        expect.skipped = node.value(for: "skipped").map(steps)
        expect.neverStarted = node.value(for: "never_started").map(steps)
        expect.attempts = byStep(node, "attempts").compactMap { entry in
            count(entry.value, 10_000).map { (Located(entry.key, entry.keySpan), $0) }
        }
        expect.states = byStep(node, "states").compactMap { entry in
            word(entry.value, Self.stepStates).map { (Located(entry.key, entry.keySpan), $0) }
        }
        expect.outputs = node.value(for: "outputs").map(values) ?? []
        expect.stepOutputs = byStep(node, "steps").map { entry in
            (Located(entry.key, entry.keySpan), stepOutputs(entry.value))
        }
        expect.questions = (node.value(for: "questions") ?? node.value(for: "question")).map(questions)
        expect.notified = node.value(for: "notified").map(texts)
        expect.refused = node.value(for: "refused").map(context.oneOrMany)?.compactMap(text) ?? []
        return expect
    }

    // MARK: Parts

    private func byStep(_ node: SyntaxNode, _ key: String) -> [SyntaxNode.Entry] {
        node.value(for: key).flatMap { context.mapping($0, "a mapping by step") } ?? []
    }

    private func word(_ node: SyntaxNode, _ words: [String]) -> Located<String>? {
        guard let text = context.text(node, "one of \(words.joined(separator: ", "))") else { return nil }
        guard words.contains(text) else {
            context.add(.unknownWord(text, node.span, known: words))
            return nil
        }
        return Located(text, node.span)
    }

    private func count(_ node: SyntaxNode, _ limit: Int64) -> Located<Int>? {
        context.int(node, 0...limit).map { Located($0, node.span) }
    }

    private func text(_ node: SyntaxNode) -> Located<String>? { context.text(node).map { Located($0, node.span) } }

    private func texts(_ node: SyntaxNode) -> Located<[Located<String>]> {
        Located(context.oneOrMany(node).compactMap(text), node.span)
    }

    private func steps(_ node: SyntaxNode) -> Located<[Located<String>]> {
        let items = context.list(node, "a list of steps") ?? []
        return Located(
            items.compactMap { item in context.literal(item, "a step").map { Located($0, item.span) } }, node.span)
    }

    private func values(_ node: SyntaxNode) -> [Located<(name: String, value: Value)>] {
        (context.mapping(node, "a mapping of outputs") ?? []).map {
            Located((name: $0.key, value: Value($0.value)), $0.value.span)
        }
    }

    private func stepOutputs(_ node: SyntaxNode) -> [Located<(name: String, value: Value)>] {
        guard context.mapping(node, "a mapping with outputs") != nil else { return [] }
        context.checkKeys(node, of: "a step", ["outputs"])
        return node.value(for: "outputs").map(values) ?? []
    }

    /// A result alone, or with the step and the reason.
    private func ending(_ node: SyntaxNode) -> TestExpectation.Ending? {
        var ending = TestExpectation.Ending()
        guard node.mapping != nil else {
            ending.result = word(node, Self.forwardResults)
            return ending
        }
        context.checkKeys(node, of: "forward", ["result", "step", "reason"])
        ending.result = node.value(for: "result").flatMap { word($0, Self.forwardResults) }
        ending.step = node.value(for: "step").flatMap(text)
        ending.reason = node.value(for: "reason").flatMap(text)
        return ending
    }

    /// A list of which the steps are in this order among others, or `{exactly: [...]}`.
    private func order(_ node: SyntaxNode) -> TestExpectation.Order? {
        guard node.mapping != nil else { return .init(steps(node).value, isExact: false, node.span) }
        context.checkKeys(node, of: "order", ["exactly"])
        guard let exactly = context.required("exactly", in: node, of: "order") else { return nil }
        return .init(steps(exactly).value, isExact: true, node.span)
    }

    private func questions(_ node: SyntaxNode) -> [TestExpectation.AskedQuestion] {
        context.oneOrMany(node).compactMap { item in
            guard context.mapping(item, "a mapping with step, why and choices") != nil else { return nil }
            context.checkKeys(item, of: "a question", ["step", "why", "choices"])
            var question = TestExpectation.AskedQuestion(item.span)
            question.step = item.value(for: "step").flatMap(text)
            question.why = item.value(for: "why").flatMap(text)
            question.choices = item.value(for: "choices").map { list in
                (context.list(list, "a list of choices") ?? []).compactMap { word($0, Self.choices)?.value }
            }
            return question
        }
    }
}
