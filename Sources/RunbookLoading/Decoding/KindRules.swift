import Diagnostics
import Expressions

/// What a shape cannot say: which keys of an action or check belong together or exclude each other.
enum KindRules {
    private enum Rule {
        case exactlyOne([String])
        case atLeastOne([String])
        case atMostOne([String])
    }

    private static let request: [Rule] = [.atMostOne(["body", "json"])]

    private static let actions: [String: [Rule]] = [
        "http": request,
        "wait": [.exactlyOne(["at", "until"])],
        "config": [.exactlyOne(["changes", "migrate"])],
        "backup": [.atLeastOne(["include", "sqlite"])],
    ]

    private static let checks: [String: [Rule]] = [
        "http": request,
        "process": [.exactlyOne(["name", "pidfile", "match"])],
        "file": [.atLeastOne(["exists", "mode", "owner", "max_age", "min_size", "contains", "sha256"])],
        "disk": [.atLeastOne(["free", "used", "inodes_free"])],
        "memory": [.atLeastOne(["free", "used", "swap_used"])],
        "load": [.atLeastOne(["one", "five", "fifteen"])],
        "time": [.atLeastOne(["between", "days"])],
        "certificate": [.exactlyOne(["path", "host"])],
        "metric": [.exactlyOne(["run", "command", "http", "sqlite"])],
        "sqlite": [.exactlyOne(["query", "integrity"]), .atMostOne(["equals", "expect"])],
    ]

    /// Reports what is wrong with the keys of a call; values that are no mapping are left to the decoder.
    static func check(_ call: SyntaxNode.Entry, isAction: Bool, _ context: DecodingContext) {
        if isAction { checkItems(call, context) }
        guard let entries = call.value.mapping else { return }
        for rule in (isAction ? actions : checks)[call.key] ?? [] {
            check(rule, entries, call, context)
        }
        if call.key == "run", let file = call.value.value(for: "file")?.scalar?.text, file.templateStart != nil {
            context.add(.scriptNotPinned(call.keySpan))
        }
        if let by = call.value.value(for: "by") { checkQuorum(by, context) }
        if call.key == "time", let bounds = call.value.value(for: "between")?.sequence, bounds.count != 2 {
            context.add(.badValue("`between` takes two times of day, from and to", call.keySpan))
        }
    }

    /// A quorum that those who are named cannot reach.
    private static func checkQuorum(_ by: SyntaxNode, _ context: DecodingContext) {
        guard let quorum = by.value(for: "quorum"), let wanted = quorum.scalar.flatMap({ Int($0.text) }),
            let users = by.value(for: "users")?.sequence, by.value(for: "groups") == nil, wanted > users.count
        else { return }
        context.add(.badValue("\(wanted) must agree, and only \(users.count) may answer", quorum.span))
    }

    /// Each item of these lists is one of several things.
    static func checkItems(_ call: SyntaxNode.Entry, _ context: DecodingContext) {
        switch call.key {
        case "files": checkItems(call.value, beside: [], context)
        case "config": if let changes = call.value.value(for: "changes") { checkChanges(changes, context) }
        case "collect":
            for entry in call.value.mapping ?? [] {
                // It names a directory.
                _ = context.identifier(entry.key, entry.keySpan, "item name")
                checkItem(entry.value, beside: [], context)
            }
        default: break
        }
    }

    static func checkChanges(_ list: SyntaxNode, _ context: DecodingContext) {
        checkItems(list, beside: ["when"], context)
        for item in context.oneOrMany(list) {
            for change in item.mapping ?? [] {
                for key in ["value", "else"] { change.value.value(for: key).map { checkNumbers($0, context) } }
            }
        }
    }

    /// A number is written into a file by its value: one whose text would not survive that is refused.
    private static func checkNumbers(_ node: SyntaxNode, _ context: DecodingContext) {
        switch node.content {
        case .refused: break
        case .sequence(let items): for item in items { checkNumbers(item, context) }
        case .mapping(let entries): for entry in entries { checkNumbers(entry.value, context) }
        case .scalar(let scalar):
            let value = Value(scalar.value)
            switch value {
            case .int, .uint, .double:
                guard value.plainText != scalar.text else { return }
                context.add(
                    .badValue(
                        "the number \(scalar.text) would be written as \(value.plainText): write that, or quote it as a "
                            + "text", node.span))
            default: break
            }
        }
    }

    private static func checkItems(_ list: SyntaxNode, beside: Set<String>, _ context: DecodingContext) {
        for item in context.oneOrMany(list) { checkItem(item, beside: beside, context) }
    }

    private static func checkItem(_ item: SyntaxNode, beside: Set<String>, _ context: DecodingContext) {
        guard let entries = item.mapping?.filter({ !beside.contains($0.key) }) else { return }
        if entries.isEmpty { context.add(.noOperation(item)) }
        if entries.count > 1 { context.add(.conflictingKeys(entries[1], with: entries[0])) }
    }

    private static func check(
        _ rule: Rule, _ entries: [SyntaxNode.Entry], _ call: SyntaxNode.Entry, _ context: DecodingContext
    ) {
        let (keys, least, most) =
            switch rule {
            case .exactlyOne(let keys): (keys, 1, 1)
            case .atLeastOne(let keys): (keys, 1, keys.count)
            case .atMostOne(let keys): (keys, 0, 1)
            }
        let present = entries.filter { keys.contains($0.key) }
        if present.count < least { context.add(.missingOneOf(keys, in: call)) }
        if present.count > most { context.add(.conflictingKeys(present[1], with: present[0])) }
    }
}
