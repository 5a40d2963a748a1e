import Checks
import Expressions
import RunHost
import RunMachine
import RunPlan
import RunbookModel

/// What the checks of a runbook say when nothing but them is performed.
package struct CheckSurvey: Sendable {
    /// A step whose checks could not be told, and why; lower case.
    package struct LeftOut: Sendable, Equatable {
        package let step: StepPath
        package let why: String
    }

    /// The answers: of preconditions first, then of steps in the order in which they would be reached.
    package var results: [CheckResult] = []
    /// The step of each result; nil for preconditions of the runbook.
    package var steps: [StepPath?] = []
    package var leftOut: [LeftOut] = []
}

/// Goes through a plan as a run would, but performs no action: what acts is passed over, what verifies is noted.
struct SurveyWalk {
    /// A check whose answer is asked for at the end, together with the others.
    struct Look: Sendable {
        let step: StepPath?
        let check: CheckCall
        let context: CheckContext
    }

    private let performer: AttemptPerformer
    private(set) var looks: [Look] = []
    private(set) var leftOut: [CheckSurvey.LeftOut] = []

    init(_ performer: AttemptPerformer) { self.performer = performer }

    /// Walks to the end of the graph.
    mutating func go() {
        note(performer.context.plan.runbook.preconditions, nil) { performer in
            try performer.runContext(0, inputs: nil, Cancellation())
        }
        apply([.admitted])
        while true {
            let effects = performer.context.withMachine { $0.effects() }
            guard !effects.isEmpty else { return }
            for case .finishGroup(let index) in effects { finish(performer.context.withMachine { $0.node(index) }) }
            for case .begin(let index) in effects { begin(performer.context.withMachine { $0.node(index) }) }
        }
    }

    /// The answers to all looks, in order. Blocks the thread.
    func results() -> [CheckResult] {
        let (all, evaluator) = (looks, performer.evaluator)
        let jobs = all.map { look in
            ParallelLooks.Job(limit: nil) { evaluator.evaluate([look.check], in: look.context).results }
        }
        let reports = ParallelLooks(jobs)?.run(atOnce: Self.width) ?? jobs.map { $0.body() }
        return reports.flatMap { $0 ?? [] }
    }

    /// Checks that are looked at side by side.
    private static let width = 8

    private mutating func begin(_ node: PlanNode) {
        do {
            guard try performer.isWanted(node) else { return pass(node, "`when` is false") }
            switch node.role {
            case .leaf where node.action == nil: look(node)
            case .leaf: pass(node, "only looked at")
            case .group, .handler: start(node, inputs: nil, instances: nil)
            case .foreach: start(node, inputs: nil, instances: try performer.instances(of: node))
            case .inclusion(let scope): try include(node, scope)
            }
        } catch {
            leaveOut(node, "\(error)")
        }
    }

    private mutating func look(_ node: PlanNode) {
        note(node.step.verify, node.path) { performer in
            let process = try performer.processContext(node, nil)
            return performer.checkContext(
                node, scope: node.scope, process: process, directory: try performer.workingDirectory(node),
                Cancellation())
        }
        pass(node, "looked at")
    }

    private mutating func include(_ node: PlanNode, _ scope: Int) throws {
        let inputs = try performer.inputs(of: node, scope)
        note(performer.context.scopeRunbook(scope).preconditions, node.path) { performer in
            try performer.runContext(scope, inputs: inputs, Cancellation())
        }
        start(node, inputs: performer.context.journaled(inputs, scope: scope), instances: nil)
    }

    /// Notes those checks that need nothing of what steps would have left.
    private mutating func note(
        _ checks: [CheckCall], _ step: StepPath?, _ context: (AttemptPerformer) throws -> CheckContext
    ) {
        guard !checks.isEmpty else { return }
        do {
            let context = try context(performer)
            for check in checks {
                if let step, check.mentionsSteps {
                    leftOut.append(.init(step: step, why: "it depends on what other steps do"))
                } else if try check.when?.evaluate(context.bindings).asBool != false {
                    looks.append(Look(step: step, check: check, context: context))
                }
            }
        } catch {
            leftOut.append(.init(step: step ?? StepPath("preconditions"), why: Problem.text(error)))
        }
    }

    private mutating func leaveOut(_ node: PlanNode, _ why: String) {
        leftOut.append(.init(step: node.path, why: why))
        pass(node, why)
    }

    private func pass(_ node: PlanNode, _ reason: String) {
        apply([.stepSkipped(node.path, reason: reason, cutOff: false)])
    }

    private func start(_ node: PlanNode, inputs: Stored?, instances: [StepRecord.InstanceRecord]?) {
        apply([.groupStarted(node.path, inputs: inputs, instances: instances)])
    }

    private func finish(_ node: PlanNode) {
        apply([.stepSucceeded(node.path, outputs: try? performer.outputs(ofGroup: node))])
    }

    /// Nothing here is written anywhere; a move that the table forbids would be a bug of ours.
    private func apply(_ events: [RunEvent]) {
        performer.context.withMachine { machine in
            for event in events { try? machine.apply(event) }
        }
    }
}
