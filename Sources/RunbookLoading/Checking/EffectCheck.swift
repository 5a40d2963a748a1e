import Diagnostics
import RunbookModel

/// Every change says how it is taken back, and what is said about it makes sense.
struct EffectCheck {
    let context: DecodingContext
    let includes: any Inclusions
    /// Whether steps must say how they are undone: not where the runbook never rolls back.
    let mustDeclare: Bool

    func run(_ steps: [Step]) {
        for step in steps { check(step) }
    }

    private func check(_ step: Step) {
        switch step.body {
        case .action(let call): check(step, context.vocabulary.actions[call.kind])
        case .verify: break
        case .group(let steps): run(steps)
        case .firstOf(let ladder): run(ladder.remedies)
        case .include(let inclusion): check(inclusion)
        }
        checkPolicies(step)
    }

    private func check(_ step: Step, _ declaration: KindDeclaration?) {
        let isDeclared = step.undo.isDeclared || !step.protect.isEmpty
        if mustDeclare, declaration?.effect == .mutating, !isDeclared { context.add(.undeclaredEffect(step)) }
        guard step.release != nil else { return }
        let canRelease: Bool =
            switch step.undo {
            case .actions: true
            case .unspecified: !step.protect.isEmpty || declaration?.effect == .reversible
            case .nothing, .readOnly, .irreversible: false
            }
        if !canRelease { context.add(.releaseWithoutUndo(step)) }
    }

    /// A runbook that never rolls back by itself can be part of one that does.
    private func check(_ inclusion: Inclusion) {
        guard mustDeclare, let included = includes.runbook(named: inclusion.name, at: inclusion.span),
            let step = included.firstUndeclared
        else { return }
        context.add(.undeclaredInInclusion(step, inclusion))
    }

    private func checkPolicies(_ step: Step) {
        if step.onFailure == .undoGroup, step.foreach == nil {
            switch step.body {
            case .group, .include: break
            case .action, .verify, .firstOf: context.add(.undoGroupOutsideGroup(step))
            }
        }
        if step.onInterrupt == .probe, step.doneWhen.isEmpty { context.add(.probeWithoutCheck(step)) }
    }

    /// The first step in a list that changes something and does not say how that is taken back.
    static func firstUndeclared(_ steps: [Step], _ context: DecodingContext, _ includes: any Inclusions) -> Step? {
        for step in steps {
            switch step.body {
            case .action(let call):
                let isMutating = context.vocabulary.actions[call.kind]?.effect == .mutating
                if isMutating, !step.undo.isDeclared, step.protect.isEmpty { return step }
            case .verify: break
            case .group(let steps):
                if let found = firstUndeclared(steps, context, includes) { return found }
            case .firstOf(let ladder):
                if let found = firstUndeclared(ladder.remedies, context, includes) { return found }
            case .include(let inclusion):
                let included = includes.runbook(named: inclusion.name, at: inclusion.span)
                if let found = included?.firstUndeclared { return found }
            }
        }
        return nil
    }
}

extension Undo {
    /// Whether the step says how its effect is taken back, or that it cannot be.
    fileprivate var isDeclared: Bool {
        if case .unspecified = self { false } else { true }
    }
}
