import Checks
import Expressions
import RunHost
import RunMachine
import RunPlan
import RunbookModel

/// What a step would do if it were started now: for whoever guides a run.
package struct StepPreview: Sendable {
    package let node: PlanNode
    /// A template with its value of now, masked; as it is written where it has none yet.
    package let text: @Sendable (Template) -> String
    /// What its `done_when` says now; empty where it has none.
    package let probe: [CheckResult]
}

extension Driver {
    /// Looks at a step between two drives. Blocks while its probe is asked; nil where there is no such step.
    package func preview(_ step: StepPath) -> StepPreview? {
        guard let node = context.plan.graph[step] ?? context.withMachine({ $0.graph[step] }) else { return nil }
        let bindings = performer.bindings(node).withSecrets
        let secrets = context.secrets
        return StepPreview(
            node: node,
            text: { template in
                (try? template.evaluate(bindings)).map { secrets.mask($0.plainText) } ?? template.source
            }, probe: performer.probe(node))
    }
}

extension AttemptPerformer {
    /// What `done_when` of a step says now; what cannot be asked is left out.
    fileprivate func probe(_ node: PlanNode) -> [CheckResult] {
        guard !node.step.doneWhen.isEmpty, let process = try? processContext(node, nil),
            let directory = try? workingDirectory(node)
        else { return [] }
        var checks = checkContext(node, scope: node.scope, process: process, directory: directory, Cancellation())
        checks.isDoneWhen = true
        return evaluator.evaluate(node.step.doneWhen, in: checks).results.map { result in
            var result = result
            result.title = context.secrets.mask(result.title)
            result.detail = context.secrets.mask(result.detail)
            return result
        }
    }
}
