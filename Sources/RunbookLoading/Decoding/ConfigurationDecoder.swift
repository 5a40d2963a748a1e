import Diagnostics
import RunbookModel

/// Decodes `belay.yml`.
struct ConfigurationDecoder {
    let context: DecodingContext

    private static let keys: Set<String> = [
        "state", "runbooks", "system", "channels", "notify", "retention",
    ]

    func decode(_ node: SyntaxNode, directory: String?) -> Configuration {
        var configuration = Configuration()
        configuration.directory = directory
        guard context.mapping(node, "a mapping") != nil else { return configuration }
        context.checkKeys(node, of: "belay.yml", Self.keys)
        if let state = node.value(for: "state") { self.state(state, into: &configuration) }
        configuration.runbookPaths = node.value(for: "runbooks").map { paths($0) } ?? []
        configuration.system = node.value(for: "system").flatMap { context.literal($0, "the name of a system") }
        configuration.channels = node.value(for: "channels").map(channels) ?? [:]
        configuration.notify = node.value(for: "notify").map { notify($0, Set(configuration.channels.keys)) } ?? [:]
        if let retention = node.value(for: "retention") { self.retention(retention, into: &configuration) }
        return configuration
    }

    private func paths(_ node: SyntaxNode) -> [String] {
        context.oneOrMany(node).compactMap { context.literal($0, "a path") }
    }

    private func state(_ node: SyntaxNode, into configuration: inout Configuration) {
        guard node.mapping != nil else {
            configuration.statePath = context.literal(node, "a path")
            return
        }
        context.checkKeys(node, of: "state", ["path", "group"])
        configuration.statePath = context.required("path", in: node, of: "state").flatMap {
            context.literal($0, "a path")
        }
        configuration.stateGroup = node.value(for: "group").flatMap { context.literal($0, "the name of a group") }
    }

    // MARK: - Channels

    private static let unavailable = ["slack", "email", "webhook", "pagerduty", "teams"]

    private func channels(_ node: SyntaxNode) -> [String: Configuration.Channel] {
        var channels: [String: Configuration.Channel] = [:]
        for entry in context.mapping(node, "a mapping of channels") ?? [] {
            channels[entry.key] = channel(entry.value)
        }
        return channels
    }

    private func channel(_ node: SyntaxNode) -> Configuration.Channel? {
        let kinds = ["command", "file"] + Self.unavailable
        guard let entries = context.mapping(node, "a channel, such as {file: path}") else { return nil }
        context.checkKeys(node, of: "a channel", Set(kinds))
        let known = entries.filter { kinds.contains($0.key) }
        guard let entry = known.first else {
            if entries.isEmpty { context.add(.missingKey("command", in: node, of: "a channel")) }
            return nil
        }
        if known.count > 1 { context.add(.conflictingKeys(known[1], with: known[0])) }
        switch entry.key {
        case "command":
            let words = context.literals(entry.value, "a program and its arguments").map(\.value)
            if words.isEmpty { context.add(.emptyList(entry.value, of: "words")) }
            return words.isEmpty ? nil : .command(words)
        case "file": return context.literal(entry.value, "a path").map { .log(file: $0) }
        default: return .unavailable(kind: entry.key)
        }
    }

    private func notify(_ node: SyntaxNode, _ channels: Set<String>) -> [String: [String]] {
        let events = HandlerEvent.allCases.map(\.rawValue)
        var notify: [String: [String]] = [:]
        for entry in context.mapping(node, "a mapping of events") ?? [] {
            guard events.contains(entry.key) else {
                context.add(.unknownKey(entry, of: "notify", known: events))
                continue
            }
            notify[entry.key] = context.oneOrMany(entry.value).compactMap { item in
                guard let name = context.literal(item, "the name of a channel") else { return nil }
                if channels.contains(name) { return name }
                context.add(.unknownChannel(name, item.span, known: channels))
                return nil
            }
        }
        return notify
    }

    private func retention(_ node: SyntaxNode, into configuration: inout Configuration) {
        guard context.mapping(node, "a mapping with runs and keep_undo") != nil else { return }
        context.checkKeys(node, of: "retention", ["runs", "keep_undo"])
        configuration.keepRuns = node.value(for: "runs").flatMap(context.duration)
        if let keep = node.value(for: "keep_undo").flatMap(context.duration) { configuration.keepUndo = keep }
    }
}
