import Diagnostics
import Expressions
import RunbookModel

/// Decodes a system profile: any keys, of which `services` has a form of its own.
struct ProfileDecoder {
    let context: DecodingContext

    /// The profile of a file with this base name.
    func decode(_ node: SyntaxNode, baseName: String) -> SystemProfile? {
        guard let entries = context.mapping(node, "a system profile, which is a mapping"),
            let nameNode = context.required("system", in: node, of: "a system profile"),
            let name = context.literal(nameNode, "the name of the system")
        else { return nil }
        if !RunbookName.isValid(name) {
            context.add(.badRunbookName(name, nameNode.span))
        } else if name != baseName {
            context.add(.nameNotFile(name, nameNode.span, file: baseName))
        }
        checkNames(node)
        var value = ValueMap([("name", .string(name))])
        for entry in entries where entry.key != "system" { value[entry.key] = Value(entry.value) }
        return SystemProfile(
            name: name, title: node.value(for: "title").flatMap { context.literal($0) }, value: value,
            services: services(node.value(for: "services")), span: nameNode.span)
    }

    /// Keys and services that are to replace or extend those of a profile; it has no name of its own.
    func decodeParts(_ node: SyntaxNode) -> SystemProfile {
        checkNames(node)
        var value = ValueMap()
        for entry in node.mapping ?? [] where entry.key != "system" { value[entry.key] = Value(entry.value) }
        return SystemProfile(
            name: node.value(for: "system").flatMap { context.literal($0) } ?? "", title: nil, value: value,
            services: services(node.value(for: "services")), span: node.span)
    }

    /// Keys on every level must be able to stand in expressions.
    private func checkNames(_ node: SyntaxNode) {
        for entry in node.mapping ?? [] {
            _ = context.identifier(entry.key, entry.keySpan, "profile key")
            checkNames(entry.value)
        }
        node.sequence?.forEach(checkNames)
    }

    // MARK: - Services

    private func services(_ node: SyntaxNode?) -> [String: ServiceDeclaration] {
        guard let node, let entries = context.mapping(node, "a mapping of services") else { return [:] }
        var services: [String: ServiceDeclaration] = [:]
        for entry in entries {
            services[entry.key] = ServiceDecoder(context: context, siblings: entries.map(\.key)).decode(entry)
        }
        if let cycle = Self.cycle(services) {
            context.add(.cycle(cycle.map { (StepID($0.name), $0.span) }))
        }
        return services
    }

    private static func cycle(_ services: [String: ServiceDeclaration]) -> [ServiceDeclaration]? {
        let list = services.values.sorted { $0.name < $1.name }
        let index = Dictionary(uniqueKeysWithValues: list.enumerated().map { ($1.name, $0) })
        return GraphSearch(list.map { $0.after.compactMap { index[$0] } }).cycle()?.map { list[$0] }
    }
}

/// Decodes how one service of a profile is controlled.
struct ServiceDecoder {
    let context: DecodingContext
    let siblings: [String]

    private static let keys: Set<String> = [
        "systemd", "start", "stop", "status", "reload", "restart", "pidfile", "match", "after",
    ]

    func decode(_ entry: SyntaxNode.Entry) -> ServiceDeclaration? {
        let node = entry.value
        guard context.mapping(node, "a mapping with systemd, or with start and stop") != nil else { return nil }
        context.checkKeys(node, of: "a service", Self.keys)
        guard let control = control(node) else { return nil }
        return ServiceDeclaration(name: entry.key, control: control, after: after(node, entry), span: entry.keySpan)
    }

    private func after(_ node: SyntaxNode, _ entry: SyntaxNode.Entry) -> [String] {
        (node.value(for: "after").map { context.literals($0, "a list of services") } ?? []).compactMap { name in
            if siblings.contains(name.value), name.value != entry.key { return name.value }
            let others = siblings.filter { $0 != entry.key }
            context.add(.unknownService(name.value, name.span, ServiceNames(names: others, origin: "this profile")))
            return nil
        }
    }

    private func control(_ node: SyntaxNode) -> ServiceDeclaration.Control? {
        if let unit = node.mapping?.first(where: { $0.key == "systemd" }) {
            if let other = node.mapping?.first(where: { $0.key != "systemd" && $0.key != "after" }) {
                context.add(.conflictingKeys(other, with: unit))
            }
            return context.literal(unit.value, "the name of a unit").map { .systemd(unit: $0) }
        }
        guard let start = context.required("start", in: node, of: "a service").flatMap(command),
            let stop = context.required("stop", in: node, of: "a service").flatMap(stop)
        else { return nil }
        var commands = ServiceDeclaration.Commands(start: start, stop: stop)
        commands.status = node.value(for: "status").flatMap(command)
        commands.reload = node.value(for: "reload").flatMap(command)
        commands.restart = node.value(for: "restart").flatMap(command)
        commands.pidfile = node.value(for: "pidfile").flatMap { context.literal($0, "a path") }
        commands.match = node.value(for: "match").flatMap(match)
        checkDetection(commands, node)
        return .commands(commands)
    }

    /// Whether it runs, and what a signal goes to, must be told by something.
    private func checkDetection(_ commands: ServiceDeclaration.Commands, _ node: SyntaxNode) {
        let hasProcess = commands.pidfile != nil || commands.match != nil
        if case .signal = commands.stop, !hasProcess {
            context.add(.serviceWithoutProcess(node))
        } else if commands.status == nil, !hasProcess {
            context.add(.serviceWithoutStatus(node))
        }
    }

    private func match(_ node: SyntaxNode) -> String? {
        guard let text = context.literal(node, "a pattern") else { return nil }
        do {
            return try Pattern(text).source
        } catch {
            context.add(.badPattern(error, node))
            return nil
        }
    }

    /// An argument list, or a line for the shell.
    private func command(_ node: SyntaxNode) -> [String]? {
        guard node.sequence != nil else { return context.literal(node, "a command").map { ["sh", "-c", $0] } }
        let words = context.literals(node, "a command").map(\.value)
        if words.isEmpty { context.add(.emptyList(node, of: "words")) }
        return words.isEmpty ? nil : words
    }

    private func stop(_ node: SyntaxNode) -> ServiceDeclaration.Stop? {
        guard node.mapping != nil else { return command(node).map { .command($0) } }
        context.checkKeys(node, of: "stop", ["signal", "grace"])
        guard let signal = context.required("signal", in: node, of: "stop"),
            let name = context.literal(signal, "the name of a signal")
        else { return nil }
        let short = name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name
        guard Self.signals.contains(short) else {
            context.add(.unknownWord(name, signal.span, known: Self.signals))
            return nil
        }
        return .signal(short, grace: node.value(for: "grace").flatMap(context.duration) ?? .seconds(10))
    }

    private static let signals = ["TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "KILL"]
}
