import Diagnostics
import Expressions
import RunbookModel

/// Decodes how a step's attempts are made: repetition and processes.
struct StepSettings {
    let context: DecodingContext
    let scope: Scope

    func decode(_ node: SyntaxNode, into step: inout Step) {
        step.retry = node.value(for: "retry").flatMap(retry)
        step.untilStable = node.value(for: "until_stable").flatMap(untilStable)
        step.process = process(node)
    }

    // MARK: - Repetition

    func retry(_ node: SyntaxNode) -> Retry? {
        guard context.mapping(node, "a mapping with attempts") != nil else { return nil }
        context.checkKeys(node, of: "retry", ["attempts", "delay", "backoff", "max_delay", "jitter", "on"])
        let attempts = context.required("attempts", in: node, of: "retry").flatMap { context.int($0, 1...1000) }
        var retry = Retry(attempts: attempts ?? 1)
        if let delay = setting("delay", node) { retry.delay = delay }
        retry.maxDelay = setting("max_delay", node)
        if let backoff = node.value(for: "backoff") { retry.backoff = context.number(backoff, 1...100) ?? 1 }
        if let jitter = node.value(for: "jitter") { retry.jitter = context.number(jitter, 0...1) ?? 0 }
        retry.on = node.value(for: "on").map { context.oneOrMany($0).compactMap(cause) }
        if case .value(let most)? = retry.maxDelay, case .value(let delay) = retry.delay, most < delay {
            context.add(.senseless("`max_delay` is shorter than `delay`", node.value(for: "max_delay")?.span))
        }
        return retry
    }

    private func cause(_ node: SyntaxNode) -> Retry.Cause? {
        if case .integer? = node.scalar?.value { return context.int(node, 1...255).map { .exit($0) } }
        switch node.scalar?.text {
        case "verify": return .verify
        case "timeout": return .timeout
        case let text?:
            context.add(.unknownWord(text, node.span, known: ["verify", "timeout", "an exit code"]))
        case nil: context.wrongType(node, expected: "verify, timeout or an exit code")
        }
        return nil
    }

    func untilStable(_ node: SyntaxNode) -> UntilStable? {
        guard context.mapping(node, "a mapping with times or for") != nil else { return nil }
        context.checkKeys(node, of: "until_stable", ["times", "for", "every", "within", "fail_fast"])
        guard let goal = goal(node), let within = required("within", node) else { return nil }
        let every = setting("every", node) ?? .value(.seconds(1))
        let failFast = node.value(for: "fail_fast").flatMap(context.bool) ?? false
        if case .value(let limit) = within {
            if case .value(let pause) = every, pause > limit {
                context.add(.senseless("`every` is longer than `within`", node.value(for: "every")?.span ?? node.span))
            }
            if case .duration(.value(let wanted)) = goal, wanted > limit {
                context.add(.senseless("`for` is longer than `within`", node.value(for: "for")?.span))
            }
        }
        return UntilStable(goal: goal, every: every, within: within, failFast: failFast)
    }

    private func goal(_ node: SyntaxNode) -> UntilStable.Goal? {
        let entries = (node.mapping ?? []).filter { $0.key == "times" || $0.key == "for" }
        guard let entry = entries.first else {
            context.add(.missingKey("times", in: node, of: "until_stable"))
            return nil
        }
        if entries.count > 1 { context.add(.conflictingKeys(entries[1], with: entries[0])) }
        return entry.key == "times"
            ? context.int(entry.value, 1...100_000).map { .times($0) }
            : context.durationSetting(entry.value, scope).map { .duration($0) }
    }

    private func required(_ key: String, _ node: SyntaxNode) -> Setting<Duration>? {
        context.required(key, in: node, of: "until_stable").flatMap { context.durationSetting($0, scope) }
    }

    private func setting(_ key: String, _ node: SyntaxNode) -> Setting<Duration>? {
        node.value(for: key).flatMap { context.durationSetting($0, scope) }
    }

    // MARK: - Processes

    private func process(_ node: SyntaxNode) -> ProcessSettings {
        var settings = ProcessSettings()
        for entry in node.mapping ?? [] {
            switch entry.key {
            case "env": settings.environment = environment(entry.value)
            case "pass_env": settings.passEnvironment = context.literals(entry.value).map(\.value)
            case "cwd": settings.directory = context.template(entry.value, scope)
            case "shell": settings.shell = shell(entry.value)
            case "umask": settings.umask = context.mode(entry.value)
            case "user": settings.user = context.template(entry.value, scope)
            case "stdin": settings.stdin = context.template(entry.value, scope, .secrets)
            case "max_output": settings.maxOutput = context.size(entry.value)
            default: break
            }
        }
        return settings
    }

    /// The entries of an `env:`, in which secrets may stand.
    func environment(_ node: SyntaxNode) -> [EnvironmentEntry] {
        (context.mapping(node, "a mapping of variables") ?? []).compactMap { entry in
            if !EnvironmentName.isValid(entry.key) || entry.key.hasPrefix("BELAY_") {
                context.add(.badEnvironmentName(entry))
                return nil
            }
            return context.template(entry.value, scope, .secrets).map {
                EnvironmentEntry(name: entry.key, value: $0, span: entry.keySpan)
            }
        }
    }

    /// A shell as an argument list, or as words on a line.
    private func shell(_ node: SyntaxNode) -> [String]? {
        let words =
            node.sequence == nil
            ? (context.literal(node, "a command") ?? "").split(separator: " ").map(String.init)
            : context.literals(node).map(\.value)
        if words.isEmpty { context.add(.emptyList(node, of: "words")) }
        return words.isEmpty ? nil : words
    }
}

enum EnvironmentName {
    /// Whether a text can be the name of an environment variable that Belay may set.
    static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte)
        }
    }
}
