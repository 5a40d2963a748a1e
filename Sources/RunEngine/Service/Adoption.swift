import Expressions
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookModel

/// The move of an open run to its files as they are now. It is possible where nothing changes that has begun.
struct Adoption {
    let pinned: Pinned
    let locks: [LockRequest]

    /// Nil where the files are still what the run pinned.
    ///
    /// Errors: what is wrong in the files; `.refused` with everything that has begun and is different now.
    static func prepare(_ stored: StoredRun, _ old: Pinned, _ service: RunService, _ options: ClaimOptions)
        throws(ServiceFailure) -> Adoption?
    {
        let draft = try RunService.draft(
            request(old, options), service.workspace, host: Identity.current())
        var pinned = draft.pinned
        // The surroundings stay those in which the run was started.
        pinned.environment.merge(old.environment) { _, old in old }
        pinned.workingDirectory = old.workingDirectory
        pinned.facts = old.facts
        guard
            Set(pinned.sources.values) != Set(old.sources.values) || pinned.profile?.bytes != old.profile?.bytes
                || pinned.files != old.files
        else { return nil }
        let comparison = Comparison(
            old: RunMachine(plan: try service.plan(from: old), run: stored.record, steps: stored.steps),
            new: RunMachine(plan: draft.plan, run: stored.record, steps: stored.steps), stored: stored)
        let differences =
            comparison.ofSteps() + comparison.ofScopes() + comparison.ofFiles(old, pinned)
            + comparison.ofValues(old, pinned)
        guard differences.isEmpty else {
            throw .refused(
                "run \(stored.id) cannot move to the changed files: what has begun is different there\n"
                    + differences.joined(separator: "\n"),
                help: "'belay resume \(stored.id)' goes on with what it pinned")
        }
        return Adoption(pinned: pinned, locks: try draft.locks())
    }

    private static func request(_ old: Pinned, _ options: ClaimOptions) -> RunRequest {
        var request = RunRequest(
            runbook: absolute(PinnedPlan.rootPath(old) ?? old.runbook.text, old), environment: options.environment)
        request.system = old.profile.map { absolute($0.name, old) }
        request.ask = options.ask
        if case .map(let inputs)? = try? JSONText.parse(old.inputs) {
            for entry in inputs { request.values[entry.key.asString ?? ""] = entry.value }
        }
        request.values.merge(options.secretInputs) { _, given in given }
        return request
    }

    private static func absolute(_ path: String, _ pinned: Pinned) -> String {
        path.contains("/") ? Workspace.absolute(path, pinned.workingDirectory) : path
    }
}

/// What has begun in a run, under its old definition and under a new one.
private struct Comparison {
    let old: RunMachine
    let new: RunMachine
    let stored: StoredRun

    /// Steps and groups that anything happened to.
    private var begun: [PlanNode] {
        old.graph.nodes.filter { stored.steps[$0.path].map { $0 != StepRecord() } ?? false }
    }

    func ofSteps() -> [String] {
        begun.flatMap { node -> [String] in
            guard let index = new.index(of: node.path) else { return ["step '\(node.path)' is gone"] }
            let other = new.node(index)
            guard DefinitionText.of(node.step) != DefinitionText.of(other.step) || node.role != other.role else {
                return []
            }
            // A question that nobody has answered may change: it is asked anew.
            if isOnlyAsked(node), other.isGate, node.role == other.role { return [] }
            return ["step '\(node.path)':"] + TextDifference.lines(node.step.sourceLines, other.step.sourceLines)
        }
    }

    private func isOnlyAsked(_ node: PlanNode) -> Bool {
        guard node.isGate, let record = stored.steps[node.path] else { return false }
        return record.openPrompt != nil && record.tries <= 1
    }

    /// What a runbook sets for all its steps.
    func ofScopes() -> [String] {
        let scopes = Set(begun.map(\.scope))
        return scopes.sorted().flatMap { index -> [String] in
            let before = old.graph.scopes[index].runbook
            guard let after = new.graph.scopes.first(where: { $0.runbook.name == before.name })?.runbook else {
                return ["runbook '\(before.name)' is gone"]
            }
            let parts: [(String, Any, Any)] = [
                ("env", before.environment, after.environment), ("secrets", before.secrets, after.secrets),
                ("on_failure", before.onFailure as Any, after.onFailure as Any),
            ]
            return parts.filter { DefinitionText.of($0.1) != DefinitionText.of($0.2) }
                .map { "`\($0.0)` of runbook '\(before.name)'" }
        }
    }

    /// Files that a step which has begun may use again to be undone; new ones are in nobody's way.
    func ofFiles(_ before: Pinned, _ after: Pinned) -> [String] {
        let names = Set(begun.map { old.graph.scopes[$0.scope].runbook.name.text })
        let known = Dictionary(uniqueKeysWithValues: after.files.map { ($0.path, $0) })
        return before.files.filter { file in
            names.contains { file.path.hasPrefix($0 + "/") } && known[file.path] != file
        }.map { "file '\($0.path)'" }
    }

    func ofValues(_ before: Pinned, _ after: Pinned) -> [String] {
        guard !begun.isEmpty else { return [] }
        let inputs = (try? JSONText.parse(before.inputs).asMap) ?? ValueMap()
        let now = (try? JSONText.parse(after.inputs).asMap) ?? ValueMap()
        let changed = inputs.compactMap { $0.key.asString }.filter { inputs[$0] != now[$0] }.map { "input '\($0)'" }
        return changed + (before.profile?.bytes == after.profile?.bytes ? [] : ["the system profile"])
    }
}

/// Two texts, as the lines in which they differ.
enum TextDifference {
    /// Lines that are gone with `-`, new ones with `+`, between the first and the last difference.
    static func lines(_ old: [Substring], _ new: [Substring]) -> [String] {
        var before = old[...]
        var after = new[...]
        while let line = before.first, line == after.first {
            before.removeFirst()
            after.removeFirst()
        }
        while let line = before.last, line == after.last {
            before.removeLast()
            after.removeLast()
        }
        return before.map { "  - \($0)" } + after.map { "  + \($0)" }
    }
}

extension Step {
    /// The lines of its file in which the step stands: its list item, as far as it is indented.
    fileprivate var sourceLines: [Substring] {
        let lines = String(decoding: span.file.bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        let place = min(span.position.line, lines.count)
        guard let first = lines[..<place].lastIndex(where: { $0.contains("id: \(id)") }) else { return [] }
        let indent = lines[first].prefix { $0 == " " }.count
        let rest = lines[(first + 1)...].prefix { line in
            line.allSatisfy { $0 == " " } || line.prefix { $0 == " " }.count > indent
        }
        return [lines[first]] + rest
    }
}
