import RunMachine
import RunPlan
import RunbookModel

/// Whether the events of a run give the state that is stored: `fold(events) == tables`.
struct RunAudit {
    let stored: StoredRun
    let events: [StoredEvent]
    let attempts: [AttemptRecord]

    func problems(of run: RunID, pinned: Pinned, plan: (RunID, Pinned) throws -> Plan) -> [AuditReport.Problem] {
        do {
            return problems(plan: try plan(run, pinned))
        } catch {
            return [.notReplayable("its pinned runbook cannot be loaded: \(error)")]
        }
    }

    private func problems(plan: Plan) -> [AuditReport.Problem] {
        do throws(IllegalMove) {
            let machine = try RunMachine.replay(events.map(\.event), plan: plan)
            return (machine.run == stored.record && summaryFits ? [] : [.runDiffers]) + steps(machine) + attemptProblems
        } catch {
            return [.notReplayable(error.description)]
        }
    }

    private var summaryFits: Bool {
        stored.summary.direction == stored.record.direction && stored.summary.activity == stored.record.activity
            && stored.summary.outcome == stored.record.outcome && stored.summary.startedAt == events.first?.at
            && stored.epoch >= stored.record.epoch
    }

    /// A step without a row is one that nothing happened to.
    private func steps(_ machine: RunMachine) -> [AuditReport.Problem] {
        let known = Set(machine.graph.nodes.map(\.path))
        let strangers = stored.steps.keys.filter { !known.contains($0) }
        let different = machine.graph.nodes.filter {
            machine.steps[$0.index] != stored.steps[$0.path] ?? StepRecord()
        }
        return (different.map(\.path) + strangers.sorted()).map { .stepDiffers($0) }
    }

    private var attemptProblems: [AuditReport.Problem] {
        let expected = AttemptFold.attempts(in: events)
        guard expected != attempts else { return [] }
        let odd = expected.filter { !attempts.contains($0) } + attempts.filter { !expected.contains($0) }
        return odd.map { .attemptDiffers($0.intent.step, number: $0.intent.number) }
    }
}
