import Diagnostics
import RunbookModel

/// What a step is, by the key that it has.
enum StepForm {
    case action(SyntaxNode.Entry)
    case verify(SyntaxNode.Entry)
    case group(SyntaxNode.Entry)
    case include(SyntaxNode.Entry)
    case firstOf(SyntaxNode.Entry)

    /// The form of a step; an error and nil where it has none or several.
    init?(_ node: SyntaxNode, _ context: DecodingContext) {
        var forms: [StepForm] = []
        var verify: SyntaxNode.Entry?
        for entry in node.mapping ?? [] {
            switch entry.key {
            case "steps": forms.append(.group(entry))
            case "runbook": forms.append(.include(entry))
            case "first_of": forms.append(.firstOf(entry))
            case "verify": verify = entry
            default:
                if context.vocabulary.actions[entry.key] != nil { forms.append(.action(entry)) }
            }
        }
        if forms.count > 1 { context.add(.severalKinds("action", forms.map(\.entry))) }
        if let form = forms.first {
            self = form
        } else if let verify {
            self = .verify(verify)
        } else {
            let hasUnknown = (node.mapping ?? []).contains { !StepKeys.all.contains($0.key) }
            if !hasUnknown { context.add(.emptyStep(node)) }
            return nil
        }
    }

    var entry: SyntaxNode.Entry {
        switch self {
        case .action(let entry), .verify(let entry), .group(let entry), .include(let entry), .firstOf(let entry): entry
        }
    }

    var span: Span { entry.keySpan }

    var words: String {
        switch self {
        case .action(let entry): "a step with `\(entry.key)`"
        case .verify: "a step that only verifies"
        case .group: "a group"
        case .include: "an included runbook"
        case .firstOf: "a step with `first_of`"
        }
    }

    /// What predicates on the step's result see.
    func result(_ vocabulary: Vocabulary) -> ResultFields {
        if case .action(let entry) = self { vocabulary.actions[entry.key]?.result ?? .none } else { .none }
    }
}

/// The keys of a step and where they apply.
enum StepKeys {
    private static let everywhere: Set<String> = [
        "id", "title", "needs", "when", "timeout", "foreach", "as", "key", "max_parallel", "max_failed", "on_failure",
        "critical", "cancel_running",
    ]
    private static let undoing: Set<String> = [
        "done_when", "apply", "undo", "protect", "irreversible", "read_only", "commit", "release",
    ]
    private static let process: Set<String> = [
        "env", "pass_env", "cwd", "shell", "umask", "user", "stdin", "max_output",
    ]
    private static let others: Set<String> = [
        "verify", "until_stable", "retry", "outputs", "expect", "on_interrupt", "steps", "runbook", "with", "first_of",
    ]
    private static let people: Set<String> = ["manual", "approve", "confirm"]
    private static let forEach: Set<String> = ["as", "key", "max_parallel", "max_failed"]

    static let all = everywhere.union(undoing).union(process).union(others)
    static let reserved: Set<String> = ["host", "hosts", "batches", "between"]

    /// Why a key does not belong to a step of this form; nil where it does.
    static func objection(to key: String, in form: StepForm, _ node: SyntaxNode) -> String? {
        if everywhere.contains(key) {
            let isLost = forEach.contains(key) && node.value(for: "foreach") == nil
            return isLost ? "it belongs to `foreach`" : nil
        }
        switch (key, form) {
        case ("with", .include), ("steps", _), ("runbook", _), ("first_of", _): return nil
        case ("with", _): return "it gives the inputs of an included runbook"
        case ("verify", .firstOf): return "`until` decides"
        case ("until_stable", .firstOf): return nil
        case (_, .firstOf) where all.contains(key): return "each remedy has its own"
        case (_, .group), (_, .include): return all.contains(key) ? "its steps have their own" : nil
        case (_, .verify) where undoing.contains(key): return "there is no effect to take back or to prove"
        case ("expect", .verify), ("outputs", .verify): return "there is no action with a result"
        case ("expect", .action(let action)), ("outputs", .action(let action)):
            return people.contains(action.key) ? "a person gives no result but the fields of `form`" : nil
        case ("until_stable", _) where node.value(for: "verify") == nil: return "there is no `verify` to repeat"
        default: return nil
        }
    }
    /// Why a setting of a step has no place in a remedy of a `first_of`; nil where it has.
    static func objectionToRemedy(_ entry: SyntaxNode.Entry) -> String? {
        switch entry.key {
        case "needs": return "remedies are tried one after the other, in the order of the list"
        case "release": return "what a remedy changed stays, or is undone where it did not help"
        case "on_failure" where entry.value.scalar?.text != "undo_group":
            return "a remedy that fails has not helped; `on_failure` of the `first_of` says what follows when none did"
        default: return nil
        }
    }
}
