import Expressions

/// How an action ended, and what it leaves for expressions and for its undo.
package struct ActionResult: Sendable {
    package enum Outcome: Sendable, Equatable {
        case done
        /// The reason is for people; lower case, no full stop.
        case failed(reason: String, cause: Cause)
        /// It could not be told whether it has the wanted effect: the step becomes unknown, and nothing is guessed.
        case inconclusive(reason: String)
        /// The cancellation came first; how far it got is not known.
        case interrupted
    }

    /// What kind of failure it is, as `retry.on` tells them apart.
    package enum Cause: Sendable, Equatable {
        case error
        case timeout
        /// It went through, and its `expect`, `status` or final state is not as demanded.
        case expectation
    }

    package var outcome: Outcome
    /// What `expect` and computed outputs see.
    package var bindings: [String: Value]
    /// Outputs that the action itself gives, as `set` does.
    package var outputs: ValueMap
    /// What its undo needs; the same that was given to `recordUndoData`.
    package var undoData: Value?
    package var end: EndRequest?
    /// What a person should know although it went well, such as a message that could not be delivered.
    package var notes: [String]

    package init(
        _ outcome: Outcome, bindings: [String: Value] = [:], outputs: ValueMap = ValueMap(), undoData: Value? = nil,
        end: EndRequest? = nil, notes: [String] = []
    ) {
        self.outcome = outcome
        self.bindings = bindings
        self.outputs = outputs
        self.undoData = undoData
        self.end = end
        self.notes = notes
    }

    package static func failed(_ reason: String, _ cause: Cause = .error) -> ActionResult {
        ActionResult(.failed(reason: reason, cause: cause))
    }
}

/// The order to end the run here.
package struct EndRequest: Sendable, Equatable {
    package enum Outcome: String, Sendable { case succeeded, failed }
    package var outcome: Outcome
    package var disposition: String?
    package var message: String?

    package init(outcome: Outcome, disposition: String?, message: String?) {
        self.outcome = outcome
        self.disposition = disposition
        self.message = message
    }
}
