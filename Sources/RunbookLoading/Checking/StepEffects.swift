import RunbookModel

/// What a step, with all that is in it, does to the world.
struct StepEffects {
    /// Whether it changes something that a rollback would have to know of.
    var mutates = false
    /// Whether it is or holds a point of no return.
    var commits = false

    static func + (left: StepEffects, right: StepEffects) -> StepEffects {
        StepEffects(mutates: left.mutates || right.mutates, commits: left.commits || right.commits)
    }

    init(mutates: Bool = false, commits: Bool = false) {
        self.mutates = mutates
        self.commits = commits
    }

    init(of steps: [Step], _ vocabulary: Vocabulary, _ includes: any Inclusions) {
        self = steps.reduce(StepEffects()) { $0 + StepEffects(of: $1, vocabulary, includes) }
    }

    init(of step: Step, _ vocabulary: Vocabulary, _ includes: any Inclusions) {
        switch step.body {
        case .action(let call):
            self.init(mutates: step.leavesEffect(vocabulary.actions[call.kind]), commits: step.isCommit)
        case .verify: self.init()
        case .group(let steps): self.init(of: steps, vocabulary, includes)
        case .firstOf(let ladder): self.init(of: ladder.remedies, vocabulary, includes)
        case .include(let inclusion):
            self = includes.runbook(named: inclusion.name, at: inclusion.span)?.effects ?? StepEffects()
        }
    }
}

extension Step {
    /// The step with those inside it.
    func count(_ includes: any Inclusions) -> Int {
        switch body {
        case .action, .verify: 1
        case .group(let steps): steps.reduce(1) { $0 + $1.count(includes) }
        case .firstOf(let ladder): ladder.remedies.reduce(1) { $0 + $1.count(includes) }
        case .include(let inclusion): 1 + (includes.runbook(named: inclusion.name, at: inclusion.span)?.stepCount ?? 0)
        }
    }

    /// Whether its action changes something that can, or must, be taken back.
    fileprivate func leavesEffect(_ declaration: KindDeclaration?) -> Bool {
        switch undo {
        case .nothing, .readOnly: false
        case .unspecified, .irreversible, .actions: declaration?.effect != .readOnly
        }
    }
}
