import Checks
import Expressions
import RunHost
import RunbookModel

/// Looks at a service until it is in a state or the time is over.
struct ServiceWatch {
    let service: ServiceDeclaration
    let context: CheckContext
    /// CLOCK_BOOTTIME, milliseconds.
    let deadline: Int64

    /// One look at the state, such as a status command.
    static let lookTimeout = Duration.seconds(10)

    /// Milliseconds until the deadline.
    var left: Int64 { deadline - context.clock.boot() }

    /// Whether anything but its own commands shows its state.
    var isObservable: Bool {
        switch service.control {
        case .systemd: true
        case .commands(let commands): commands.status != nil || commands.pidfile != nil || commands.match != nil
        }
    }

    func state() throws -> ServiceState {
        try ServiceProbe(service, context, timeout: Self.lookTimeout).state()
    }

    /// Its state, once it is not on its way any more or the time is over.
    func settledState() throws -> ServiceState {
        var state = try state()
        var pauses = Pauses()
        while case .changing = state, left > 0 {
            try pause(pauses.next())
            state = try self.state()
        }
        if case .unknown(let reason) = state {
            throw ServiceStop.inconclusive("it cannot be told whether it runs: \(reason)")
        }
        return state
    }

    /// Returns when the state is so; nothing to wait for where it cannot be seen.
    func waitUntil(
        _ wanted: String, meanwhile: () throws -> Void = {}, _ isSo: (ServiceState) -> Bool
    ) throws {
        guard isObservable else { return }
        var pauses = Pauses()
        while true {
            let state = try state()
            if isSo(state) { return }
            guard left > 0 else {
                if case .unknown(let reason) = state {
                    throw ServiceStop.inconclusive("it cannot be told whether it is \(wanted): \(reason)")
                }
                throw ServiceStop.failed("not \(wanted) in time: \(state.detail)", .timeout)
            }
            try meanwhile()
            try pause(pauses.next())
        }
    }

    func pause(_ milliseconds: Int64) throws {
        guard context.clock.wait(milliseconds, context.cancellation) else { throw ServiceStop.interrupted }
    }
}

/// Pauses between two looks, in milliseconds: short at first, as most services are quick.
struct Pauses {
    private var length: Int64 = 50

    mutating func next() -> Int64 {
        defer { length = min(length * 2, 1_000) }
        return length
    }
}

/// Why control of a service came to an end.
enum ServiceStop: Error {
    case failed(String, ActionResult.Cause)
    case inconclusive(String)
    case interrupted

    func outcome(_ subject: String) -> ActionResult.Outcome {
        switch self {
        case .failed(let reason, let cause): .failed(reason: "\(subject): \(reason)", cause: cause)
        case .inconclusive(let reason): .inconclusive(reason: "\(subject): \(reason)")
        case .interrupted: .interrupted
        }
    }
}
