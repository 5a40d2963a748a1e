import Diagnostics
import RunEngine
import RunbookModel

// The wording about files of tests, where the runbook must be known.

extension Diagnostic {
    static func unusedMock(_ pattern: String, _ facet: String?, _ span: Span) -> Diagnostic {
        let what = facet.map { "`\($0)` of the mock '\(pattern)'" } ?? "the mock '\(pattern)'"
        return Diagnostic(.unusedMock, "\(what) is never used", at: span, severity: .warning)
    }

    static func unknownStep(_ name: Located<String>, known: [String]) -> Diagnostic {
        Diagnostic(
            .unknownStep, "the runbook has no step '\(name.value)'", at: name.span,
            help: nearest(to: name.value, in: known).map { "did you mean '\($0)'?" }
                ?? "'belay show' lists the steps")
    }

    static func matchesNothing(_ pattern: Located<String>) -> Diagnostic {
        Diagnostic(.unknownStep, "no step of the runbook is like '\(pattern.value)'", at: pattern.span)
    }

    static func makesNoAttempts(_ step: Located<String>) -> Diagnostic {
        Diagnostic(
            .impossibleTest, "'\(step.value)' holds other steps and makes no attempts itself", at: step.span,
            help: "name one of the steps in it")
    }

    static func asksNobody(_ step: Located<String>) -> Diagnostic {
        Diagnostic(
            .impossibleTest, "'\(step.value)' asks nobody anything", at: step.span,
            help: "`manual`, `approve` and `confirm` ask people; other steps are mocked under `mock`")
    }

    static func hasNoSupervisor(_ step: Located<String>) -> Diagnostic {
        Diagnostic(
            .impossibleTest, "'\(step.value)' is done inside the driver, and cannot run on without it", at: step.span,
            help: "only `run` and `command` have a supervisor that outlives the driver")
    }

    static func noSuchRunbook(_ name: Located<RunbookName>, near: String?) -> Diagnostic {
        Diagnostic(
            .runbookNotFound, "there is no runbook '\(name.value)'", at: name.span,
            help: near.map { "did you mean '\($0)'?" } ?? "the tests of a runbook stand beside it")
    }

    static func noSuchSystem(_ name: Located<String>, near: String?) -> Diagnostic {
        Diagnostic(
            .runbookNotFound, "there is no system profile '\(name.value)'", at: name.span,
            help: near.map { "did you mean '\($0)'?" } ?? "or write the keys that are needed under `profile`")
    }

    static func noSystem(_ runbook: Located<RunbookName>) -> Diagnostic {
        Diagnostic(
            .missingProfileKey, "runbook '\(runbook.value)' needs a system profile", at: runbook.span,
            help: "name one with `system`, or write its keys under `profile`")
    }

    /// What a run would be refused for.
    static func missingFile(_ runbook: Located<RunbookName>, _ failure: ServiceFailure) -> Diagnostic {
        guard case .refused(let message, let help) = failure else {
            return Diagnostic(.unreadableFile, "the files of the runbook cannot be read", at: runbook.span)
        }
        return Diagnostic(.unreadableFile, message, at: runbook.span, help: help)
    }

    static func unknownSecret(_ name: String, _ span: Span, known: [String]) -> Diagnostic {
        Diagnostic(
            .unknownInput, "the runbook has no secret '\(name)'", at: span,
            help: nearest(to: name, in: known).map { "did you mean '\($0)'?" })
    }
}
