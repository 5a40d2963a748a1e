import Expressions
import RunPlan
import RunbookModel

/// A step that is next in guide mode: what it will do, what it changes, how that is taken back, and what its probe says.
package struct GuideView: Encodable, Sendable {
    package struct Probe: Encodable, Sendable {
        package let title: String
        /// `met`, `warn`, `not_met`, `inconclusive`.
        package let answer: String
        package let detail: String
        package init(title: String, answer: String, detail: String) {
            self.title = title
            self.answer = answer
            self.detail = detail
        }
    }

    package let step: String
    package let title: String?
    /// The action with its values, in a few words.
    package let action: String
    /// The lines of its script, where it has one.
    package let script: [String]
    /// Whether it only looks.
    package let isReadOnly: Bool
    package let isCritical: Bool
    /// The point of no return.
    package let isCommit: Bool
    /// What is saved before it starts.
    package let protects: [String]
    /// What makes it take effect.
    package let apply: String?
    /// What must hold afterwards.
    package let verify: [String]
    /// How it is taken back; nil where there is nothing to say.
    package let undo: String?
    /// Whether it was done already, as far as can be told; empty where it has no `done_when`.
    package let probe: [Probe]

    /// `text` shows a template with its present value, masked.
    package init(_ node: PlanNode, probe: [Probe], text: @escaping (Template) -> String) {
        var words = ActionWords()
        words.text = text
        step = node.path.text
        title = node.step.title.map(text)
        action = words.words(node)
        script = Self.script(node.action)
        isReadOnly = node.isReadOnly
        isCritical = node.step.isCritical
        isCommit = node.step.isCommit
        protects = node.step.protect.map { protection in
            switch protection {
            case .path(let template, _, _): text(template)
            case .sqlite(let template, _): "database " + text(template)
            }
        }
        apply = node.step.apply.map { words.words($0) }
        verify = node.action == nil ? [] : node.step.verify.map { words.words($0) }
        undo = UndoWords(actions: words).words(node)
        self.probe = probe
    }

    private static func script(_ action: ActionCall?) -> [String] {
        guard let action, action.kind == "run", let text = action.argument.value?.asString else { return [] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
