import RunPlan
import RunbookModel

/// The state of one run as a pure value: commands are decided into events, events are applied, effects follow from state.
///
/// It reads no clock and does no I/O. Replaying the events of a run gives the same state that was stored.
package struct RunMachine: Sendable {
    package private(set) var graph: Graph
    package internal(set) var run = RunRecord()
    /// By index of the graph's nodes.
    package internal(set) var steps: [StepRecord]
    /// What follows from the records and is kept only for speed.
    var derived = Derived()
    /// Steps whose record changed since the journal last stored them.
    package private(set) var unsaved: Set<Int> = []
    package let rollbackPolicy: RollbackSettings.Policy
    package let rollbackNeedsVerify: Bool
    package let maxParallel: Int

    /// The state before anything has happened.
    package init(plan: Plan) {
        graph = plan.graph
        steps = Array(repeating: StepRecord(), count: plan.graph.nodes.count)
        rollbackPolicy = plan.runbook.rollback.policy
        rollbackNeedsVerify = !plan.rollbackVerify.isEmpty
        maxParallel = plan.runbook.maxParallel ?? 8
        rebuild()
    }

    /// The state that a journal stored.
    package init(plan: Plan, run: RunRecord, steps stored: [StepPath: StepRecord]) {
        self.init(plan: plan)
        self.run = run
        restore(stored)
        rebuild()
    }

    /// The state after these events, from the beginning.
    ///
    /// Errors: `IllegalMove` at the first event that does not follow from the ones before.
    package static func replay(_ events: some Sequence<RunEvent>, plan: Plan) throws(IllegalMove) -> RunMachine {
        var machine = RunMachine(plan: plan)
        for event in events { try machine.apply(event) }
        return machine
    }

    package func index(of path: StepPath) -> Int? { graph.index(of: path) }
    package func record(_ path: StepPath) -> StepRecord? { graph.index(of: path).map { steps[$0] } }
    package func node(_ index: Int) -> PlanNode { graph.nodes[index] }

    /// Steps and groups that are no handlers, in the order of the runbook.
    package var workNodes: [PlanNode] { graph.nodes.filter { derived.handlerRoot[$0.index] == nil } }

    /// Attempts under way.
    package var inFlight: [AttemptIntent] { derived.running.sorted().compactMap { steps[$0].inFlight } }
    package var hasInFlight: Bool { !derived.running.isEmpty }

    /// Forgets which records are to be stored: the journal has them.
    package mutating func markSaved() { unsaved.removeAll(keepingCapacity: true) }

    mutating func touch(_ index: Int) { unsaved.insert(index) }

    /// Puts stored records in place, the nodes that they imply included.
    mutating func restore(_ stored: [StepPath: StepRecord]) {
        for handler in run.handlers { addHandler(handler.event, handler.occurrence) }
        var waiting = Array(stored)
        while !waiting.isEmpty {
            let before = waiting.count
            waiting.removeAll { path, record in
                guard let index = graph.index(of: path) else { return false }
                steps[index] = record
                if let instances = record.instances { addInstances(instances, of: index) }
                return true
            }
            if waiting.count == before { break }
        }
    }

    mutating func addInstances(_ instances: [StepRecord.InstanceRecord], of index: Int) {
        graph.add(instances.map { Instance(key: $0.key, item: $0.item.value) }, of: index)
        growRecords()
    }

    mutating func addHandler(_ event: HandlerEvent, _ occurrence: Int) {
        _ = graph.addHandler(event, occurrence: occurrence)
        growRecords()
    }

    private mutating func growRecords() {
        let missing = graph.nodes.count - steps.count
        steps.append(contentsOf: repeatElement(StepRecord(), count: missing))
    }
}

/// A transition that is not in the table: a bug, or a damaged journal. Nothing was changed.
package struct IllegalMove: Error, Sendable, CustomStringConvertible {
    package let description: String
}
