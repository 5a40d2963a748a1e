import Diagnostics
import RunbookModel

// The wording of R7xx: tests of runbooks.

extension Diagnostic {
    static func repeatedTest(_ name: String, _ span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            .impossibleTest, "there are two tests with this name", at: span, context: [Label(first, "the first")])
    }

    static func expectsNothing(_ span: Span) -> Diagnostic {
        Diagnostic(
            .impossibleTest, "a test that expects nothing cannot fail", at: span,
            help: "write at least the outcome, such as `outcome: succeeded`")
    }

    static func evidenceOfNothing(_ span: Span, reboots: Bool) -> Diagnostic {
        let why =
            reboots
            ? "after a reboot only what had ended is known"
            : "before the commit there is no attempt yet of which to find any"
        return Diagnostic(.impossibleTest, "there is no evidence to choose: \(why)", at: span)
    }
}
