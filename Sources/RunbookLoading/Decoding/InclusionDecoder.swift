import Diagnostics
import RunbookModel

/// Finds the runbooks that another one includes.
protocol Inclusions: AnyObject {
    /// The runbook, decoded and checked; nil where it cannot be had, which is reported once for each place.
    func runbook(named name: RunbookName, at span: Span) -> IncludedRunbook?
}

/// Decodes `runbook: name` with `with:`, whose values must fit the inputs of that runbook.
struct InclusionDecoder {
    let context: DecodingContext
    let scope: Scope
    let includes: any Inclusions

    func decode(_ entry: SyntaxNode.Entry, with node: SyntaxNode?) -> Inclusion? {
        guard let text = context.literal(entry.value, "the name of a runbook") else { return nil }
        guard RunbookName.isValid(text) else {
            context.add(.badRunbookName(text, entry.value.span))
            return nil
        }
        let name = RunbookName(text)
        let values = node.flatMap { context.mapping($0, "a mapping of inputs") } ?? []
        guard let included = includes.runbook(named: name, at: entry.value.span) else { return nil }
        let inputs = included.runbook.inputs
        let decoder = ArgumentDecoder(context: context, scope: scope)
        let with = values.compactMap { value -> Argument.Field? in
            guard let input = inputs.first(where: { $0.name == value.key }) else {
                context.add(.unknownInput(value, of: text, known: inputs.map(\.name)))
                return nil
            }
            return decoder.decode(value.value, input.type.shape).map {
                Argument.Field(key: value.key, value: $0, span: value.keySpan)
            }
        }
        for input in inputs where input.isRequired && !values.contains(where: { $0.key == input.name }) {
            context.add(.missingInput(input, of: text, entry.value.span))
        }
        return Inclusion(name: name, span: entry.value.span, with: with)
    }
}
