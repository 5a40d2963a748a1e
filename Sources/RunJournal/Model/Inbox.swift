import RunMachine
import RunbookModel

/// What a person says to a run that somebody else may be driving.
package struct InboxEntry: Sendable, Equatable {
    /// Makes repeating it harmless.
    package let id: String
    package let run: RunID
    /// What it is: `decide`, `approve`, `answer` …; the journal does not look inside.
    package let kind: String
    /// JSON.
    package let payload: Stored
    package let actor: Actor
    /// Milliseconds since 1970.
    package let at: Int64

    package init(id: String, run: RunID, kind: String, payload: Stored, actor: Actor, at: Int64) {
        self.id = id
        self.run = run
        self.kind = kind
        self.payload = payload
        self.actor = actor
        self.at = at
    }
}

/// Whether something may be said to a run in this state.
package enum InboxVerdict: Sendable, Equatable {
    case accept
    /// It says what was said before; nothing is recorded.
    case repeated
    case refuse(why: String)
}

/// What became of an inbox entry.
package enum InboxResult: Sendable, Equatable {
    case recorded
    /// It was recorded before, under the same id; nothing has changed.
    case repeated
    case refused(why: String)
}
