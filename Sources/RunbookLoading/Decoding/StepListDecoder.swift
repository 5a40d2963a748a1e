import Diagnostics
import Expressions
import RunbookModel

/// Decodes a list of steps and checks its graph.
struct StepListDecoder {
    let context: DecodingContext
    let place: ActionPlace
    let includes: any Inclusions

    /// The steps, and the references to steps that are not of this list.
    struct Result {
        var steps: [Step] = []
        var record: RecordType
        var outerReferences: [StepReference] = []
    }

    /// The steps of a list that stands in this scope.
    func decode(_ node: SyntaxNode, in scope: Scope) -> Result {
        let record = StepRecords(vocabulary: context.vocabulary, includes: includes).record(of: node)
        var result = Result(record: record)
        guard let items = context.list(node, "a list of steps") else { return result }
        if items.isEmpty { context.add(.emptyList(node, of: "steps")) }
        let inner = scope.entering(record)
        let decoder = StepDecoder(context: context, scope: inner, place: place, includes: includes)
        var graph = StepGraph(
            items.enumerated().compactMap { decoder.decode($1, at: $0) }, ids: idSpans(items))
        graph.check(context, siblings: Set(record.fields.keys), includes: includes)
        result.steps = graph.steps.map(\.step)
        result.outerReferences = graph.steps.flatMap { step in
            (step.references + step.ownReferences).filter { record.fields[$0.name] == nil }
        }
        return result
    }

    /// Where the ids stand; the first place of each.
    private func idSpans(_ items: [SyntaxNode]) -> [String: Span] {
        var spans: [String: Span] = [:]
        for item in items {
            guard let id = item.value(for: "id"), let text = id.scalar?.text else { continue }
            if let first = spans[text] {
                context.add(.duplicateStep(text, id.span, first: first))
            } else {
                spans[text] = id.span
            }
        }
        return spans
    }
}
