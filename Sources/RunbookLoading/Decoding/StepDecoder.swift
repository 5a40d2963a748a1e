import Diagnostics
import Expressions
import RunbookModel

/// A step as decoded, with what the checks of its list need beside the model.
///
/// A class, because a step is large and a list of ten thousand would be copied by every check.
final class DecodedStep {
    var step: Step
    /// The steps named under `needs`; nil where the file says nothing.
    var needs: [Located<StepID>]?
    /// Places under `release.after`.
    var releaseAfter: [Located<StepID>] = []
    /// References that must be to steps that come before.
    var references: [StepReference] = []
    /// References that may be to the step itself, too: its undo, apply and verify.
    var ownReferences: [StepReference] = []

    init(_ step: Step) {
        self.step = step
    }
}

/// Decodes one step of a list.
struct StepDecoder {
    let context: DecodingContext
    /// The scope of the list.
    let scope: Scope
    let place: ActionPlace
    let includes: any Inclusions

    /// The step at a position of its list; nil where it is no mapping.
    func decode(_ node: SyntaxNode, at position: Int) -> DecodedStep? {
        guard context.mapping(node, "a step") != nil else { return nil }
        checkKeys(node)
        let form = StepForm(node, context)
        let id = id(of: node, form, at: position) ?? StepID("")
        if let form { checkApplicable(node, to: form) }
        let repetition = ForEachDecoder(context: context, scope: scope).decode(node)
        let inner = repetition.map { scope.adding([$0.foreach.variable: $0.itemType]) } ?? scope
        // Steps inside this one take their own references, so that those met so far are set aside.
        let early = context.takeReferences()
        // After an error the rest of the step is decoded all the same, so that its mistakes are reported, too.
        let body: StepBody = form.flatMap { self.body($0, node, inner) } ?? .verify
        let decoded = DecodedStep(Step(id: id, span: form?.span ?? node.span, body: body))
        plainSettings(of: node, inner, into: decoded)
        conditions(of: node, inner, form, into: &decoded.step)
        StepSettings(context: context, scope: inner).decode(node, into: &decoded.step)
        decoded.step.foreach = repetition?.foreach
        decoded.references = early + context.takeReferences()
        effects(of: node, inner, into: decoded)
        decoded.ownReferences = context.takeReferences()
        return decoded
    }

    // MARK: - Keys

    private func checkKeys(_ node: SyntaxNode) {
        for entry in node.mapping ?? [] where !StepKeys.all.contains(entry.key) {
            if context.vocabulary.actions[entry.key] != nil { continue }
            if StepKeys.reserved.contains(entry.key) {
                context.add(.reservedKey(entry))
            } else {
                let known = StepKeys.all.union(context.vocabulary.actions.keys)
                context.add(.unknownKey(entry, of: "a step", known: known))
            }
        }
    }

    /// The id of a step; in handlers, to which nothing refers, it may be left out.
    private func id(of node: SyntaxNode, _ form: StepForm?, at position: Int) -> StepID? {
        if place == .handler, let form, node.value(for: "id") == nil {
            return StepID("\(form.entry.key)_\(position + 1)")
        }
        guard let value = context.required("id", in: node, of: "a step"), let text = context.literal(value) else {
            return nil
        }
        return context.identifier(text, value.span, "step id").map { StepID($0) }
    }

    private func checkApplicable(_ node: SyntaxNode, to form: StepForm) {
        for entry in node.mapping ?? [] {
            guard let why = StepKeys.objection(to: entry.key, in: form, node) else { continue }
            context.add(.misplacedKey(entry, of: form.words, why: why))
        }
    }

    // MARK: - Body

    private func body(_ form: StepForm, _ node: SyntaxNode, _ inner: Scope) -> StepBody? {
        switch form {
        case .action(let entry):
            if place.refused.contains(entry.key) { context.add(.actionNotAllowed(entry, in: place.words)) }
            let decoder = ActionDecoder(context: context, scope: inner)
            return decoder.call(entry).map(StepBody.action)
        case .verify: return .verify
        case .group(let entry):
            let list = StepListDecoder(context: context, place: place, includes: includes)
            let steps = list.decode(entry.value, in: inner)
            steps.outerReferences.forEach(context.note)
            return .group(steps.steps)
        case .include(let entry):
            let decoder = InclusionDecoder(context: context, scope: inner, includes: includes)
            return decoder.decode(entry, with: node.value(for: "with")).map(StepBody.include)
        case .firstOf(let entry): return firstOf(entry, inner).map(StepBody.firstOf)
        }
    }

    private func firstOf(_ entry: SyntaxNode.Entry, _ inner: Scope) -> FirstOf? {
        let node = entry.value
        guard context.mapping(node, "a mapping with until and remedies") != nil else { return nil }
        context.checkKeys(node, of: "first_of", ["until", "remedies", "undo_if_unhelpful"])
        guard let until = context.required("until", in: node, of: "first_of"),
            let remedies = context.required("remedies", in: node, of: "first_of")
        else { return nil }
        let list = StepListDecoder(context: context, place: place, includes: includes)
        let steps = list.decode(remedies, in: inner)
        for remedy in remedies.sequence ?? [] { checkRemedy(remedy) }
        steps.outerReferences.forEach(context.note)
        return FirstOf(
            until: CheckDecoder(context: context, scope: inner).checks(until), remedies: steps.steps,
            undoIfUnhelpful: node.value(for: "undo_if_unhelpful").flatMap(context.bool) ?? false)
    }

    private func checkRemedy(_ node: SyntaxNode) {
        for entry in node.mapping ?? [] {
            guard let why = StepKeys.objectionToRemedy(entry) else { continue }
            context.add(.misplacedKey(entry, of: "a remedy", why: why))
        }
    }

    // MARK: - Parts

    private func plainSettings(of node: SyntaxNode, _ inner: Scope, into decoded: DecodedStep) {
        decoded.step.title = node.value(for: "title").flatMap { context.template($0, inner) }
        if let needs = node.value(for: "needs") { decoded.needs = ids(needs, "a list of step ids") }
        if let release = node.value(for: "release") {
            decoded.releaseAfter = self.release(release, into: &decoded.step)
        }
        decoded.step.isCommit = node.value(for: "commit").flatMap(context.bool) ?? false
        decoded.step.isCritical = node.value(for: "critical").flatMap(context.bool) ?? false
        decoded.step.cancelRunning = node.value(for: "cancel_running").flatMap(context.bool) ?? false
        decoded.step.onFailure = node.value(for: "on_failure").flatMap {
            context.word($0, [FailurePolicy.rollback, .stop, .proceed, .undoGroup])
        }
        decoded.step.onInterrupt = node.value(for: "on_interrupt").flatMap {
            context.word($0, [InterruptPolicy.probe, .rerun, .ask, .fail])
        }
    }

    private func ids(_ node: SyntaxNode, _ what: String) -> [Located<StepID>] {
        context.literals(node, what).map { Located(StepID($0.value), $0.span) }
    }

    private func release(_ node: SyntaxNode, into step: inout Step) -> [Located<StepID>] {
        guard context.mapping(node, "a mapping with after") != nil else { return [] }
        context.checkKeys(node, of: "release", ["after", "reapply"])
        let after = context.required("after", in: node, of: "release").map { ids($0, "a list of step ids") } ?? []
        let reapply = node.value(for: "reapply").flatMap(context.bool) ?? false
        step.release = Release(after: after.map(\.value), reapply: reapply)
        return after
    }

    /// What decides whether the step runs and whether it did what it should.
    private func conditions(of node: SyntaxNode, _ inner: Scope, _ form: StepForm?, into step: inout Step) {
        let checks = CheckDecoder(context: context, scope: inner)
        // Whether a repeated step runs at all is decided once, before there is an item.
        step.when = node.value(for: "when").flatMap { context.expression($0, scope) }
        step.timeout = node.value(for: "timeout").flatMap { context.durationSetting($0, scope) }
        step.doneWhen = node.value(for: "done_when").map(checks.checks) ?? []
        let result = form?.result(context.vocabulary) ?? .metric
        step.expect = node.value(for: "expect").flatMap {
            context.expression($0, inner, .init(result: result))
        }
        step.outputs =
            node.value(for: "outputs").map {
                OutputDecoder(context: context, scope: inner, extras: .init(result: result)).decode($0)
            } ?? []
    }

    /// What may refer to the step itself: the parts that run after its action.
    private func effects(of node: SyntaxNode, _ inner: Scope, into decoded: DecodedStep) {
        let checks = CheckDecoder(context: context, scope: inner)
        decoded.step.verify = node.value(for: "verify").map(checks.checks) ?? []
        let actions = ActionDecoder(context: context, scope: inner)
        decoded.step.apply = node.value(for: "apply").flatMap { actions.single($0, for: .apply) }
        UndoDecoder(context: context, scope: inner).decode(node, into: &decoded.step)
    }
}
