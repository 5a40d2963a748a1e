import RunPlan
import RunbookModel

/// Which steps and undos of a runbook its tests have seen.
package struct TestCoverage: Sendable, Equatable {
    package let steps: [String]
    package let undos: [String]
    package private(set) var startedSteps: Set<String> = []
    package private(set) var madeUndos: Set<String> = []

    /// The runbook's own steps; those of included runbooks are covered by the tests of these.
    init(_ index: StepIndex) {
        let own = index.entries.filter { $0.isOwn && $0.isLeaf }
        steps = own.map(\.path)
        undos = own.filter { $0.step.takeBack == .possible }.map(\.path)
    }

    mutating func add(_ observed: Observation) {
        startedSteps.formUnion(observed.order.map(StepPattern.withoutKeys).filter(steps.contains))
        madeUndos.formUnion(observed.undone.map(StepPattern.withoutKeys).filter(undos.contains))
    }

    package var missing: (steps: [String], undos: [String]) {
        (steps.filter { !startedSteps.contains($0) }, undos.filter { !madeUndos.contains($0) })
    }

    /// Of steps and undos together; 100 where there is nothing to cover.
    package var percent: Int {
        let all = steps.count + undos.count
        return all == 0 ? 100 : (startedSteps.count + madeUndos.count) * 100 / all
    }
}
