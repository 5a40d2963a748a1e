import Diagnostics
import Expressions
import RunbookModel

/// Decodes what surrounds a rehearsed run, on the level of the file or of one test.
struct TestSettingsDecoder {
    let context: DecodingContext

    static let keys: Set<String> = [
        "inputs", "facts", "env", "secrets", "now", "mock", "preconditions", "rollback_verify", "answers",
    ]

    func decode(_ node: SyntaxNode) -> TestSettings {
        var settings = TestSettings()
        settings.inputs = entries(node, "inputs").map { entry in
            Located((name: entry.key, value: Self.input(entry.value)), entry.keySpan)
        }
        settings.facts = ValueMap(entries(node, "facts").map { ($0.key, Value($0.value)) })
        for entry in entries(node, "env") { settings.environment[entry.key] = context.literal(entry.value) }
        settings.secrets = entries(node, "secrets").compactMap { entry in
            context.literal(entry.value).map { Located((name: entry.key, value: $0), entry.keySpan) }
        }
        settings.now = node.value(for: "now").flatMap(moment)
        let mocks = MockDecoder(context: context)
        settings.mocks = entries(node, "mock").compactMap { entry in
            mocks.step(entry.value).map { MockEntry(pattern: Located(entry.key, entry.keySpan), mock: $0) }
        }
        settings.preconditions = node.value(for: "preconditions").flatMap(mocks.look)
        settings.rollbackVerify = node.value(for: "rollback_verify").flatMap(mocks.look)
        settings.answers = node.value(for: "answers").map(AnswerDecoder(context: context).decode) ?? []
        return settings
    }

    private func entries(_ node: SyntaxNode, _ key: String) -> [SyntaxNode.Entry] {
        guard let value = node.value(for: key) else { return [] }
        return context.mapping(value, "a mapping") ?? []
    }

    /// Scalars keep their source text, as with `-i`: `1.20` is a version and not a number.
    private static func input(_ node: SyntaxNode) -> Value {
        guard let scalar = node.scalar else { return Value(node) }
        if case .boolean = scalar.value { return Value(node) }
        return .string(scalar.text)
    }

    /// From 1970 to 2100, in seconds.
    private static let years: Range<Int64> = 0..<4_102_444_800

    private func moment(_ node: SyntaxNode) -> Int64? {
        guard let text = context.literal(node, "a moment") else { return nil }
        if let moment = try? Timestamp(parsing: text), Self.years.contains(moment.seconds) {
            return moment.seconds * 1_000
        }
        context.add(.badQuantity(text, node.span, kind: "moment", examples: "2026-03-01T02:30:00Z"))
        return nil
    }
}
