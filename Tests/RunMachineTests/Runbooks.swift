import Diagnostics
import Expressions
import RunPlan
import RunbookModel

/// Small runbooks written in code: expressions are not evaluated by the machine, so placeholders do.
enum Sample {
    static let span = Span(file: SourceFile(name: "sample.yml", text: ""), range: 0..<0)
    static let check = CheckCall(kind: "that", argument: .constant(true), span: span)

    static func call(_ kind: String = "run") -> ActionCall {
        ActionCall(kind: kind, argument: .constant("true"), span: span)
    }

    static func runbook(_ steps: [Step], _ change: (inout Runbook) -> Void = { _ in }) -> Runbook {
        var runbook = Runbook(name: "sample", span: span)
        runbook.steps = steps
        change(&runbook)
        return runbook
    }

    static func plan(_ steps: [Step], including: [Runbook] = [], _ change: (inout Runbook) -> Void = { _ in }) -> Plan {
        let included = Dictionary(uniqueKeysWithValues: including.map { ($0.name, $0) })
        return Plan(
            runbook: runbook(steps, change), included: included, inputs: ValueMap([]), system: nil, digest: "sample")
    }

    /// An action that can be undone, in a sequence unless told otherwise.
    static func action(_ id: StepID, needs: [StepID] = [], _ change: (inout Step) -> Void = { _ in }) -> Step {
        var step = Step(id: id, span: span, body: .action(call()))
        step.needs = needs
        step.undo = .actions(UndoActions(actions: [call()]))
        change(&step)
        return step
    }

    static func waiting(_ id: StepID) -> Step { Step(id: id, span: span, body: .action(call("wait"))) }

    static func verify(_ id: StepID, needs: [StepID] = [], _ change: (inout Step) -> Void = { _ in }) -> Step {
        var step = Step(id: id, span: span, body: .verify)
        step.needs = needs
        step.verify = [check]
        change(&step)
        return step
    }

    static func commit(_ id: StepID, needs: [StepID] = [], _ change: (inout Step) -> Void = { _ in }) -> Step {
        var step = Step(id: id, span: span, body: .action(call()))
        step.needs = needs
        step.isCommit = true
        step.doneWhen = [check]
        change(&step)
        return step
    }

    static func group(
        _ id: StepID, needs: [StepID] = [], _ steps: [Step], _ change: (inout Step) -> Void = { _ in }
    ) -> Step {
        var step = Step(id: id, span: span, body: .group(steps))
        step.needs = needs
        change(&step)
        return step
    }

    static func ladder(
        _ id: StepID, needs: [StepID] = [], _ remedies: [Step], undoIfUnhelpful: Bool = false,
        _ change: (inout Step) -> Void = { _ in }
    ) -> Step {
        let ladder = FirstOf(until: [check], remedies: remedies, undoIfUnhelpful: undoIfUnhelpful)
        var step = Step(id: id, span: span, body: .firstOf(ladder))
        step.needs = needs
        change(&step)
        return step
    }

    static func foreach(_ step: Step, maxParallel: Int? = nil, maxFailed: Int? = nil) -> Step {
        var step = step
        var each = ForEach(items: .list([]), variable: "item")
        each.maxParallel = maxParallel
        each.maxFailed = maxFailed
        step.foreach = each
        return step
    }

    static func include(_ id: StepID, _ name: RunbookName, needs: [StepID] = []) -> Step {
        var step = Step(id: id, span: span, body: .include(Inclusion(name: name, span: span, with: [])))
        step.needs = needs
        return step
    }

    static func protection(_ path: String) throws -> Protection {
        .path(try Template.parse(path).get().check(in: Environment()).get(), exclude: [], span)
    }

    static func retry(_ attempts: Int, on: [Retry.Cause]? = nil) -> Retry {
        var retry = Retry(attempts: attempts)
        retry.on = on
        return retry
    }
}
