import Diagnostics
import RunbookModel

/// The graph of one list of steps: needs resolved, and what can be wrong with them.
struct StepGraph {
    let steps: [DecodedStep]
    private let index: [String: Int]
    private let idSpans: [String: Span]
    /// For each step the indices of those it needs.
    private var needs: [[Int]] = []

    /// A graph of decoded steps; of two with the same id the first counts.
    init(_ steps: [DecodedStep], ids: [String: Span]) {
        self.steps = steps
        idSpans = ids
        index = Dictionary(steps.enumerated().map { ($1.step.id.text, $0) }) { first, _ in first }
    }

    /// Reports what is wrong. `siblings` also holds the ids of steps that could not be decoded.
    mutating func check(_ context: DecodingContext, siblings: Set<String>, includes: any Inclusions) {
        resolveNeeds(context, siblings)
        if let cycle = GraphSearch(needs).cycle() {
            context.add(.cycle(cycle.map { (steps[$0].step.id, span(of: $0)) }))
            return
        }
        checkEnds(context)
        checkReferences(context)
        checkReleases(context, siblings)
        CommitCheck(context: context, steps: steps, search: GraphSearch(needs), includes: includes).run()
    }

    private func span(of step: Int) -> Span { idSpans[steps[step].step.id.text] ?? steps[step].step.span }

    // MARK: - Needs

    private mutating func resolveNeeds(_ context: DecodingContext, _ siblings: Set<String>) {
        needs = Array(repeating: [], count: steps.count)
        for position in steps.indices {
            guard let written = steps[position].needs else {
                if position > 0 {
                    needs[position] = [position - 1]
                    steps[position].step.needs = [steps[position - 1].step.id]
                }
                continue
            }
            for need in written {
                if let found = index[need.value.text] {
                    needs[position].append(found)
                } else if !siblings.contains(need.value.text) {
                    context.add(.unknownStep(need, known: siblings))
                }
            }
            steps[position].step.needs = needs[position].map { steps[$0].step.id }
        }
    }

    /// Steps that need an `end` without a condition never run.
    private func checkEnds(_ context: DecodingContext) {
        let ends = steps.indices.filter { position in
            guard case .action(let call) = steps[position].step.body else { return false }
            return call.kind == "end" && steps[position].step.when == nil && steps[position].step.foreach == nil
        }
        if ends.isEmpty { return }
        let search = GraphSearch(needs)
        for (position, end) in search.firstAncestor(among: ends).enumerated() {
            guard let end, end != position else { continue }
            context.add(.unreachableStep(steps[position].step.id, span(of: position), end: span(of: end)))
        }
    }

    // MARK: - References

    /// A reference must be to a step that has ended when it is evaluated.
    private func checkReferences(_ context: DecodingContext) {
        var pairs: [GraphSearch.Pair] = []
        var references: [(reference: StepReference, isOwn: Bool)] = []
        for (position, step) in steps.enumerated() {
            for reference in step.references {
                guard let target = index[reference.name] else { continue }
                pairs.append(.init(from: position, to: target))
                references.append((reference, false))
            }
            for reference in step.ownReferences {
                guard let target = index[reference.name], target != position else { continue }
                pairs.append(.init(from: position, to: target))
                references.append((reference, true))
            }
        }
        for unreached in GraphSearch(needs).unreached(pairs) {
            let (reference, isOwn) = references[unreached]
            let step = steps[pairs[unreached].from].step
            context.add(
                isOwn
                    ? .laterReference(reference, from: step.id) : .referenceNotNeeded(reference, from: step))
        }
    }

    /// A release waits for steps of this list, and not for such as come before its own.
    private func checkReleases(_ context: DecodingContext, _ siblings: Set<String>) {
        var pairs: [GraphSearch.Pair] = []
        var places: [Located<StepID>] = []
        for (position, step) in steps.enumerated() {
            for after in step.releaseAfter {
                if after.value == step.step.id || !siblings.contains(after.value.text) {
                    context.add(.unknownStep(after, known: siblings.subtracting([step.step.id.text])))
                } else if let target = index[after.value.text] {
                    pairs.append(.init(from: position, to: target))
                    places.append(after)
                }
            }
        }
        let fine = Set(GraphSearch(needs).unreached(pairs))
        for position in pairs.indices where !fine.contains(position) {
            context.add(.releaseBefore(places[position], step: steps[pairs[position].from].step.id))
        }
    }
}
