import RunPlan
import RunbookModel

extension RunMachine {
    /// Until when the run does nothing but wait (a `wait` step, handlers left out); nil while anything else goes on.
    package var waitingUntil: Deadline? {
        guard !run.isClosed, run.question == nil, derived.questions.isEmpty, derived.backingOff.isEmpty else {
            return nil
        }
        var earliest: Deadline?
        for index in derived.running where derived.handlerRoot[index] == nil {
            guard let deadline = waitInFlight(index) else { return nil }
            if earliest.map({ deadline.due.wall < $0.due.wall }) ?? true { earliest = deadline }
        }
        return earliest
    }

    private func waitInFlight(_ index: Int) -> Deadline? {
        guard graph.nodes[index].isWait, let intent = steps[index].inFlight, intent.purpose == .action
        else { return nil }
        return intent.deadline
    }
}
