import Diagnostics
import Expressions
import RunbookModel

/// Decodes a file of runbook tests. Whether the steps that it names exist is checked against the runbook later.
struct TestFileDecoder {
    let context: DecodingContext

    private static let keys = TestSettingsDecoder.keys.union(["runbook", "system", "profile", "tests"])
    private static let testKeys = TestSettingsDecoder.keys.union(["name", "guide", "crash_at", "then", "expect"])

    func decode(_ node: SyntaxNode) -> RunbookTestFile? {
        guard context.mapping(node, "a file of tests, which is a mapping") != nil,
            let nameNode = context.required("runbook", in: node, of: "a file of tests"),
            let name = context.literal(nameNode, "the name of a runbook")
        else { return nil }
        if !RunbookName.isValid(name) { context.add(.badRunbookName(name, nameNode.span)) }
        context.checkKeys(node, of: "a file of tests", Self.keys)
        var file = RunbookTestFile(runbook: Located(RunbookName(name), nameNode.span))
        file.system = node.value(for: "system").flatMap { located($0, "the name of a system") }
        file.profile = node.value(for: "profile").flatMap(profile)
        file.shared = TestSettingsDecoder(context: context).decode(node)
        file.tests = tests(context.required("tests", in: node, of: "a file of tests"))
        return file
    }

    private func located(_ node: SyntaxNode, _ what: String) -> Located<String>? {
        context.literal(node, what).map { Located($0, node.span) }
    }

    /// A profile of which any part may be missing: the rest comes from the one that is named.
    private func profile(_ node: SyntaxNode) -> SystemProfile? {
        guard context.mapping(node, "a mapping of profile keys") != nil else { return nil }
        return ProfileDecoder(context: context).decodeParts(node)
    }

    private func tests(_ node: SyntaxNode?) -> [RunbookTest] {
        guard let node, let items = context.list(node, "a list of tests") else { return [] }
        if items.isEmpty { context.add(.emptyList(node, of: "tests")) }
        var names: [String: Span] = [:]
        return items.compactMap { item in
            guard let test = test(item) else { return nil }
            if let first = names[test.name.value] {
                context.add(.repeatedTest(test.name.value, test.name.span, first: first))
            }
            names[test.name.value] = names[test.name.value] ?? test.name.span
            return test
        }
    }

    private func test(_ node: SyntaxNode) -> RunbookTest? {
        guard context.mapping(node, "a test, which is a mapping") != nil else { return nil }
        context.checkKeys(node, of: "a test", Self.testKeys)
        let settings = TestSettingsDecoder(context: context).decode(node)
        let crashes = node.value(for: "crash_at").map(crashes) ?? []
        let orders = TestOrderDecoder(context: context).decode(node.value(for: "then"))
        let isGuided = node.value(for: "guide").flatMap(context.bool) ?? false
        let expect = context.required("expect", in: node, of: "a test")
            .flatMap(ExpectationDecoder(context: context).decode)
        guard let nameNode = context.required("name", in: node, of: "a test"),
            let name = context.literal(nameNode, "the name of a test"), let expect
        else { return nil }
        var test = RunbookTest(name: Located(name, nameNode.span), expect: expect)
        test.settings = settings
        test.crashes = crashes
        test.then = orders
        test.isGuided = isGuided
        return test
    }

    // MARK: Crashes

    private static let crashKeys: Set<String> = ["step", "point", "purpose", "try", "evidence", "reboot", "down"]

    private func crashes(_ node: SyntaxNode) -> [CrashOrder] { context.oneOrMany(node).compactMap(crash) }

    private func crash(_ node: SyntaxNode) -> CrashOrder? {
        guard context.mapping(node, "a mapping with step and point") != nil else { return nil }
        context.checkKeys(node, of: "crash_at", Self.crashKeys)
        guard let stepNode = context.required("step", in: node, of: "crash_at"),
            let step = located(stepNode, "the path of a step"),
            let pointNode = context.required("point", in: node, of: "crash_at"),
            let point = context.word(pointNode, CrashOrder.Point.allCases)
        else { return nil }
        var crash = CrashOrder(step: step, point: point)
        crash.purpose = node.value(for: "purpose").flatMap { context.word($0, CrashPurpose.allCases)?.rawValue }
        crash.tryNumber = node.value(for: "try").flatMap { context.int($0, 1...1_000) }
        crash.evidence = node.value(for: "evidence").flatMap { context.word($0, CrashOrder.Evidence.allCases) }
        crash.reboots = node.value(for: "reboot").flatMap(context.bool) ?? false
        crash.down = node.value(for: "down").flatMap(context.duration) ?? .zero
        if let evidence = node.value(for: "evidence"), crash.reboots || point == .beforeCommit {
            context.add(.evidenceOfNothing(evidence.span, reboots: crash.reboots))
        }
        return crash
    }

    /// What an attempt is for, as the journal calls it.
    private enum CrashPurpose: String, CaseIterable {
        case probe, protect, action, apply, verify, settle, gate, until
        case undoProbe = "undo_probe"
        case undo, restore
        case undoApply = "undo_apply"
        case undoVerify = "undo_verify"
        case reapply
    }
}

/// Decodes `then`: what a person does when a run stands still or its driver has died.
struct TestOrderDecoder {
    let context: DecodingContext

    private enum Word: String, CaseIterable { case resume, cancel, keep, rollback, retry, waive }
    private static let choices = [
        "run", "retry", "skip", "accept", "mark-done", "mark-failed", "rollback", "keep", "waive",
    ]

    func decode(_ node: SyntaxNode?) -> [TestOrder] { node.map { context.oneOrMany($0).compactMap(order) } ?? [] }

    private func order(_ node: SyntaxNode) -> TestOrder? {
        guard let entries = node.mapping else {
            guard let word = context.word(node, Word.allCases) else { return nil }
            switch word {
            case .resume: return TestOrder(.resume, node.span)
            case .cancel: return TestOrder(.cancel(keep: false), node.span)
            case .keep, .rollback, .retry, .waive: return TestOrder(.choose(word.rawValue, step: nil), node.span)
            }
        }
        context.checkKeys(node, of: "then", Set(Self.choices + ["set"]))
        guard let entry = entries.first(where: { Self.choices.contains($0.key) }) else {
            if entries.isEmpty { context.add(.missingKey("retry", in: node, of: "then")) }
            return nil
        }
        guard let step = context.literal(entry.value, "the path of a step") else { return nil }
        var order = TestOrder(.choose(entry.key, step: step), entry.value.span)
        order.outputs = node.value(for: "set").flatMap { values in
            context.mapping(values, "a mapping of outputs").map { ValueMap($0.map { ($0.key, Value($0.value)) }) }
        }
        return order
    }
}
