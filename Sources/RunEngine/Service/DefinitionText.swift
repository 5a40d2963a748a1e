import Diagnostics
import Expressions
import RunbookModel

/// A part of a runbook as text, without where it stands in its file: what has the same text does the same.
///
/// It reads the parts of the model itself, so that no setting that is added there can be forgotten here.
enum DefinitionText {
    static func of(_ part: Any) -> String {
        switch part {
        case is Span: return ""
        case let expression as Expression: return "{" + expression.source + "}"
        case let template as Template: return "'" + template.source + "'"
        case let pattern as Pattern: return "/" + pattern.source + "/"
        // What is inside a group is compared by itself.
        case StepBody.group: return "group"
        default: return children(of: part)
        }
    }

    private static func children(of part: Any) -> String {
        let mirror = Mirror(reflecting: part)
        guard !mirror.children.isEmpty else { return "\(part)" }
        var parts = mirror.children.map { ($0.label.map { $0 + "=" } ?? "") + of($0.value) }
        if mirror.displayStyle == .dictionary || mirror.displayStyle == .set { parts.sort() }
        return "(" + parts.joined(separator: " ") + ")"
    }
}
