import Checks
import Expressions
import RunHost
import RunbookModel

/// Brings a service of the profile into a state, and waits until it is really in it.
///
/// Its undo brings back the state before, which is recorded before the first effect.
struct ServiceAction: ActionPerformer {
    let kind = "service"

    private static let standardTimeout = Duration.seconds(90)

    func perform(_ argument: Argument, in context: ActionContext) -> ActionResult {
        let reader = ArgumentReader(argument, context.checks)
        do {
            let name = try reader.required("name")
            let word = try reader.required("state")
            guard let wanted = DesiredState(rawValue: word) else { return .failed("'\(word)' is not a state") }
            let control = try control(of: name, context)
            let undoData = try recorded(control, context)
            let result = result(of: name, wanted, control, context)
            return result.adding(undoData: undoData, notes: wanted == .stopped ? [] : missing(name, context))
        } catch let stop as ServiceStop {
            return ActionResult(stop.outcome("'\(reader.shown("name") ?? "")'"))
        } catch {
            return .failed(Problem.text(error))
        }
    }

    func undo(_ data: Value, in context: ActionContext) -> ActionResult? {
        guard let name = data["service"]?.asString, let before = data["before"]?.asString else {
            return .failed("what was recorded before the step cannot be read")
        }
        guard let wanted = Before(rawValue: before)?.desired else {
            return .failed("whether '\(name)' ran before the step is not known: the profile gives no way to tell")
        }
        do {
            return result(of: name, wanted, try control(of: name, context), context)
        } catch {
            return .failed(Problem.text(error))
        }
    }

    /// Whether it ran before the step.
    private enum Before: String {
        case running, stopped, unknown

        var desired: DesiredState? {
            switch self {
            case .running: .started
            case .stopped: .stopped
            case .unknown: nil
            }
        }
    }

    private func control(of name: String, _ context: ActionContext) throws -> ServiceControl {
        guard let service = context.checks.services[name] else {
            throw ArgumentProblem("the system profile has no service '\(name)'")
        }
        return ServiceControl(service, context, timeout: context.timeout ?? Self.standardTimeout)
    }

    /// Records the state before, once for all attempts of the step.
    private func recorded(_ control: ServiceControl, _ context: ActionContext) throws -> Value {
        if let data = context.undoData { return data }
        let before: Before =
            switch try control.stateBefore() {
            case nil: .unknown
            case .running, .changing: .running
            case .stopped: .stopped
            case .unknown(let reason):
                throw ServiceStop.failed("nothing was done, as it cannot be told whether it runs: \(reason)", .error)
            }
        let data: Value = ["service": .string(control.name), "before": .string(before.rawValue)]
        guard context.recordUndoData(data) else {
            throw ServiceStop.failed("nothing was done, as the state before could not be journaled", .error)
        }
        return data
    }

    private func result(
        of name: String, _ wanted: DesiredState, _ control: ServiceControl, _ context: ActionContext
    ) -> ActionResult {
        do {
            try control.bring(to: wanted)
            return ActionResult(.done)
        } catch let stop as ServiceStop {
            return ActionResult(stop.outcome("'\(name)'"))
        } catch {
            return .failed("'\(name)': \(Problem.text(error))")
        }
    }

    /// Services that should have been started before this one.
    private func missing(_ name: String, _ context: ActionContext) -> [String] {
        let before = context.checks.services[name]?.after ?? []
        return before.compactMap { other in
            guard let service = context.checks.services[other],
                let state = try? ServiceProbe(service, context.checks, timeout: .seconds(10)).state(), state.isStopped
            else { return nil }
            return "'\(other)', which '\(name)' comes after, does not run"
        }
    }
}

extension ActionResult {
    fileprivate func adding(undoData: Value, notes: [String]) -> ActionResult {
        var result = self
        result.undoData = undoData
        result.notes += notes
        return result
    }
}
