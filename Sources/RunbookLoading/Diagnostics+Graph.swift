import Diagnostics
import RunbookModel

// The wording of R2xx: names and graph.

extension Diagnostic {
    static func duplicateStep(_ id: String, _ span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            .duplicateStep, "two steps have the id '\(id.shortened)'", at: span, context: [Label(first, "first here")])
    }

    static func unknownStep(_ need: Located<StepID>, known: Set<String>) -> Diagnostic {
        let name = need.value.text
        return Diagnostic(
            .unknownStep, "unknown step '\(name.shortened)'", at: need.span,
            help: nearest(to: name, in: known).map { "did you mean '\($0)'?" }
                ?? "it must be a step of the same list")
    }

    static func cycle(_ steps: [(id: StepID, span: Span)]) -> Diagnostic {
        let path = (steps + [steps[0]]).map(\.id.text).joined(separator: " → ")
        return Diagnostic(
            .cycle, "these wait for each other: \(path.shortened)", at: steps[0].span,
            context: steps.dropFirst().prefix(5).map { Label($0.span, "part of the circle") })
    }

    static func unreachableStep(_ id: StepID, _ span: Span, end: Span) -> Diagnostic {
        Diagnostic(
            .unreachableStep, "the step '\(id)' never runs", at: span, context: [Label(end, "the run ends here")],
            help: "give the step with `end` a `when`, or the other one its own `needs`")
    }

    static func runbookNotFound(_ name: RunbookName, _ span: Span, tried: [String]) -> Diagnostic {
        Diagnostic(
            .runbookNotFound, "there is no runbook '\(name)'", at: span,
            notes: ["looked for \(tried.joined(separator: ", "))"])
    }

    static func inclusionCycle(_ chain: [RunbookName], _ span: Span) -> Diagnostic {
        let path = chain.map(\.text).joined(separator: " → ")
        return Diagnostic(.inclusionCycle, "a runbook cannot include itself: \(path)", at: span)
    }

    static func includedTooDeeply(_ name: RunbookName, _ span: Span, limit: Int) -> Diagnostic {
        Diagnostic(.inclusionCycle, "runbooks include each other more than \(limit) deep, down to '\(name)'", at: span)
    }

    static func tooManySteps(_ count: Int, _ span: Span, limit: Int) -> Diagnostic {
        Diagnostic(
            .tooManySteps, "\(count) steps, those of included runbooks counted; at most \(limit) are allowed", at: span)
    }

    static func ambiguousRunbook(_ name: RunbookName, _ span: Span, first: String, second: String) -> Diagnostic {
        Diagnostic(
            .ambiguousRunbook, "'\(name)' stands for two files", at: span,
            notes: ["here it is \(second)", "elsewhere in this run it is \(first)"], help: "rename one of them")
    }

    static func unknownService(_ name: String, _ span: Span, _ services: ServiceNames) -> Diagnostic {
        let all = services.names.isEmpty ? "there are none" : "there are \(services.names.joined(separator: ", "))"
        return Diagnostic(
            .unknownService, "unknown service '\(name.shortened)' in \(services.origin)", at: span,
            help: nearest(to: name, in: services.names).map { "did you mean '\($0)'?" } ?? all.shortened)
    }

    static func serviceWithoutProcess(_ node: SyntaxNode) -> Diagnostic {
        Diagnostic(
            .missingKey, "a service that is stopped by a signal needs `pidfile` or `match`", at: node.span,
            help: "say which process gets the signal")
    }

    static func serviceWithoutStatus(_ node: SyntaxNode) -> Diagnostic {
        Diagnostic(
            .missingKey, "a service needs `status`, `pidfile` or `match`", at: node.span,
            help: "say how to tell whether it runs")
    }

    static func unknownChannel(_ name: String, _ span: Span, known: Set<String>) -> Diagnostic {
        Diagnostic(
            .unknownChannel, "unknown channel '\(name.shortened)'", at: span,
            help: nearest(to: name, in: known).map { "did you mean '\($0)'?" })
    }
}
