import Diagnostics
import RunbookModel

/// A point of no return can be probed, and every change is before or after it.
struct CommitCheck {
    let context: DecodingContext
    let steps: [DecodedStep]
    let search: GraphSearch
    let includes: any Inclusions

    func run() {
        for decoded in steps where decoded.step.isCommit && decoded.step.doneWhen.isEmpty {
            context.add(.commitWithoutProbe(decoded.step))
        }
        let effects = steps.map { StepEffects(of: $0.step, context.vocabulary, includes) }
        let commits = steps.indices.filter { effects[$0].commits }
        if commits.isEmpty { return }
        for commit in commits where steps[commit].step.foreach != nil {
            context.add(.commitRepeated(steps[commit].step))
        }
        let mutating = steps.indices.filter { effects[$0].mutates }
        for pair in search.unordered(mutating, with: commits) {
            context.add(.unorderedCommit(steps[pair.from].step, commit: steps[pair.to].step))
        }
    }
}
