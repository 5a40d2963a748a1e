import Diagnostics
import RunbookModel

// The wording of R4xx to R6xx: inputs, profiles, effects and undo, and what is not performed yet.

extension Diagnostic {
    static func badDefault(_ message: String, _ span: Span) -> Diagnostic {
        Diagnostic(.badDefault, "the default is not allowed: \(message.shortened)", at: span)
    }

    static func contradictoryInput(_ message: String, _ span: Span) -> Diagnostic {
        Diagnostic(.contradictoryInput, message, at: span)
    }

    static func missingProfileKey(_ key: Requirements.SystemKey, _ profile: SystemProfile) -> Diagnostic {
        Diagnostic(
            .missingProfileKey, "the profile '\(profile.name)' has no '\(key.path)'", at: key.span,
            context: [Label(profile.span, "the profile")],
            help: "add it to the profile, or write {\(key.path): optional}")
    }

    static func unknownInput(_ entry: SyntaxNode.Entry, of runbook: String, known: [String]) -> Diagnostic {
        let all = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
        return Diagnostic(
            .unknownInput, "the runbook '\(runbook)' has no input '\(entry.key.shortened)'", at: entry.keySpan,
            help: nearest(to: entry.key, in: known).map { "did you mean '\($0)'?" } ?? all.shortened)
    }

    static func missingInput(_ input: InputDeclaration, of runbook: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            .missingInput, "the runbook '\(runbook)' needs the input '\(input.name)'", at: span,
            context: [Label(input.span, "declared here")], help: "add with: {\(input.name): …}")
    }

    // MARK: - Effects

    static func undeclaredEffect(_ step: Step) -> Diagnostic {
        Diagnostic(
            .undeclaredEffect, "nothing says how '\(step.id)' is taken back", at: step.span,
            help: """
                add `undo: {run: …}`, `protect: [path]`, `undo: none` (there is nothing to take back), \
                `irreversible: "why"` or `read_only: true`
                """)
    }

    static func undeclaredInInclusion(_ step: Step, _ inclusion: Inclusion) -> Diagnostic {
        Diagnostic(
            .undeclaredEffect, "nothing says how '\(inclusion.name)' is taken back", at: inclusion.span,
            context: [Label(step.span, "this step does not say it")],
            notes: ["'\(inclusion.name)' never rolls back by itself, but this runbook does"])
    }

    static func commitWithoutProbe(_ step: Step) -> Diagnostic {
        Diagnostic(
            .commitWithoutProbe, "the commit step '\(step.id)' needs `done_when`", at: step.span,
            notes: ["when it fails or is interrupted, a probe decides whether the point of no return was passed"])
    }

    static func commitRepeated(_ step: Step) -> Diagnostic {
        Diagnostic(
            .unorderedCommit, "a point of no return cannot be repeated by `foreach`", at: step.span,
            notes: ["its instances would be neither before nor after each other"])
    }

    static func unorderedCommit(_ step: Step, commit: Step) -> Diagnostic {
        Diagnostic(
            .unorderedCommit, "'\(step.id)' is neither before nor after the commit step '\(commit.id)'", at: step.span,
            context: [Label(commit.span, "the point of no return")],
            help: "let one of them need the other")
    }

    static func releaseWithoutUndo(_ step: Step) -> Diagnostic {
        Diagnostic(
            .uselessRelease, "'\(step.id)' has nothing to release", at: step.span,
            help: "give it the `undo` that ends the temporary change")
    }

    static func releaseBefore(_ after: Located<StepID>, step: StepID) -> Diagnostic {
        Diagnostic(
            .uselessRelease, "'\(after.value)' has ended before '\(step)' begins", at: after.span,
            help: "name the steps that need the temporary change")
    }

    static func contradictoryUndo(_ entry: SyntaxNode.Entry, with other: SyntaxNode.Entry) -> Diagnostic {
        Diagnostic(
            .contradictoryUndo, "`\(entry.key)` and `\(other.key)` contradict each other", at: entry.keySpan,
            context: [Label(other.keySpan, "the other one")])
    }

    static func undoExpected(_ node: SyntaxNode) -> Diagnostic {
        Diagnostic(
            .wrongType, "expected `none`, an action or a list of actions, found \(node.kindForPeople)", at: node.span,
            help: node.scalar.map { "write undo: {run: \(YAMLTrap.quoted($0.text).shortened)}" })
    }

    static func laterReference(_ reference: StepReference, from id: StepID) -> Diagnostic {
        Diagnostic(
            .undoUsesLater, "the undo, verify or apply of '\(id)' uses '\(reference.name)', which it need not wait for",
            at: reference.span,
            notes: ["when '\(id)' is undone, that step may never have run, or is undone already"])
    }

    static func senseless(_ message: String, _ span: Span?) -> Diagnostic {
        Diagnostic(.senseless, message, at: span)
    }

    static func probeWithoutCheck(_ step: Step) -> Diagnostic {
        Diagnostic(
            .senseless, "`on_interrupt: probe` of '\(step.id)' has no `done_when` to probe with", at: step.span)
    }

    static func undoGroupOutsideGroup(_ step: Step) -> Diagnostic {
        Diagnostic(
            .senseless, "`on_failure: undo_group` is for groups and `foreach`, which '\(step.id)' is not",
            at: step.span)
    }

    static func actionNotAllowed(_ entry: SyntaxNode.Entry, in place: String) -> Diagnostic {
        Diagnostic(.actionNotAllowed, "the action '\(entry.key)' cannot stand in \(place)", at: entry.keySpan)
    }

    // MARK: - Not performed yet

    static func notPerformed(_ what: String, _ entry: SyntaxNode.Entry) -> Diagnostic {
        Diagnostic(
            .notPerformed, "\(what) '\(entry.key)' is not available in this version", at: entry.keySpan)
    }
}
