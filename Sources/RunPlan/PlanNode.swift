import Expressions
import RunbookModel

/// One step of the expanded graph. Its position among the others is in `Graph`.
package final class PlanNode: Sendable {
    package enum Role: Sendable, Equatable {
        /// An action or a verify step: it makes attempts.
        case leaf
        /// Holds children: `steps:`, or one instance of a `foreach` over a group.
        case group
        /// Another runbook as a group; the scope of its children.
        case inclusion(scope: Int)
        /// Its children are made when it starts, one for each item.
        case foreach
        /// The steps of one handler, for one occurrence of its event.
        case handler(HandlerEvent)
    }

    package let index: Int
    package let path: StepPath
    package let parent: Int?
    package let role: Role
    package let step: Step
    /// The scope whose inputs, environment and directory apply to the step.
    package let scope: Int
    /// Loop variables of the enclosing `foreach` steps, the innermost last.
    package let locals: [Local]

    package struct Local: Sendable {
        package let name: String
        package let value: Value
    }

    init(index: Int, path: StepPath, parent: Int?, role: Role, step: Step, scope: Int, locals: [Local]) {
        self.index = index
        self.path = path
        self.parent = parent
        self.role = role
        self.step = step
        self.scope = scope
        self.locals = locals
    }

    package var isLeaf: Bool { role == .leaf }
    package var isHandler: Bool { if case .handler = role { true } else { false } }

    /// The action, where the step has one.
    package var action: ActionCall? { step.action }

    /// The ladder whose remedies are the node's children, where it is one.
    package var ladder: FirstOf? {
        if role == .group, case .firstOf(let ladder) = step.body { ladder } else { nil }
    }

    /// Whether the step only looks, waits, computes or tells.
    package var isReadOnly: Bool { step.isReadOnly }

    /// Whether the action only lets time pass: it may be ended and taken up again at will.
    package var isWait: Bool { action?.kind == "wait" }

    /// What can be taken back when the step has been attempted.
    package var takeBack: Step.TakeBack { step.takeBack }

    /// Whether the action itself knows how to take its effect back.
    package var hasInherentUndo: Bool { step.hasInherentUndo }
}

/// The surroundings of the steps of one runbook within the graph.
package struct Scope: Sendable {
    package let runbook: Runbook
    /// The step that includes the runbook; nil for the one that was started.
    package let owner: Int?
    /// The scope around it.
    package let parent: Int?
}

/// One instance of a `foreach` step: its key in the path, and its item.
package struct Instance: Sendable, Equatable {
    package let key: String
    package let item: Value
    package init(key: String, item: Value) {
        self.key = key
        self.item = item
    }
}
