/// One mistake (or doubt) that the user can do something about.
package struct Diagnostic: Hashable, Sendable {
    package enum Severity: String, Sendable, Codable {
        case error
        case warning
    }

    /// A place that helps to understand the primary one, with what is to be seen there.
    package struct Label: Hashable, Sendable {
        package let span: Span
        package let text: String

        package init(_ span: Span, _ text: String) {
            self.span = span
            self.text = text
        }
    }

    package var code: DiagnosticCode
    package var severity: Severity
    /// What is wrong: a statement in lower case without a full stop.
    package var message: String
    /// Where; nil where no file is to blame (a file that does not exist, an option).
    package var span: Span?
    /// A few words printed beside the underline; mostly empty.
    package var label: String
    package var context: [Label]
    package var notes: [String]
    /// What to do, each an order or a question.
    package var help: [String]

    package init(
        _ code: DiagnosticCode, _ message: String, at span: Span?, severity: Severity = .error, label: String = "",
        context: [Label] = [], notes: [String] = [], help: String? = nil
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.span = span
        self.label = label
        self.context = context
        self.notes = notes
        self.help = help.map { [$0] } ?? []
    }

    /// By file and place; what has no place comes first.
    static func precedes(_ left: Diagnostic, _ right: Diagnostic) -> Bool {
        switch (left.span, right.span) {
        case (nil, nil): (left.code.id, left.message) < (right.code.id, right.message)
        case (nil, _): true
        case (_, nil): false
        case (let first?, let second?):
            first == second ? (left.code.id, left.message) < (right.code.id, right.message) : first < second
        }
    }
}
