import Diagnostics
import RunbookModel

/// A point of no return can be probed, and every change is before or after it.
struct CommitCheck {
    let context: DecodingContext
    let steps: [Step]
    let search: GraphSearch
    let includes: any Inclusions

    func run() {
        for step in steps where step.isCommit && step.doneWhen.isEmpty { context.add(.commitWithoutProbe(step)) }
        let effects = steps.map { StepEffects(of: $0, context.vocabulary, includes) }
        let commits = steps.indices.filter { effects[$0].commits }
        if commits.isEmpty { return }
        for commit in commits where steps[commit].foreach != nil { context.add(.commitRepeated(steps[commit])) }
        let mutating = steps.indices.filter { effects[$0].mutates }
        for pair in search.unordered(mutating, with: commits) {
            context.add(.unorderedCommit(steps[pair.from], commit: steps[pair.to]))
        }
    }
}
