import Diagnostics
import Expressions
import RunMachine
import RunbookModel

/// Compares what came out of a run with what its test expects.
struct TestJudge {
    private let expect: TestExpectation
    private let observed: Observation
    private var mismatches: [Mismatch] = []

    static func judge(_ observed: Observation, by expect: TestExpectation) -> [Mismatch] {
        var judge = TestJudge(expect: expect, observed: observed)
        judge.judgeTrouble()
        // Without its mocks the run has gone a way that says nothing.
        guard observed.missing.isEmpty else { return judge.mismatches }
        judge.judgeEnd()
        judge.judgeSteps()
        judge.judgeOutputs()
        judge.judgeQuestions()
        judge.judgeTexts()
        return judge.mismatches
    }

    private init(expect: TestExpectation, observed: Observation) {
        self.expect = expect
        self.observed = observed
    }

    private mutating func compare(_ what: String, _ expected: Located<String>?, _ actual: String) {
        guard let expected, expected.value != actual else { return }
        mismatches.append(Mismatch(what, expected: expected.value, actual: actual, at: expected.span))
    }

    // MARK: The run

    private mutating func judgeTrouble() {
        let mayWait = expect.outcome?.value == "waiting"
        for missing in observed.missing + (mayWait ? [] : observed.unanswered) {
            mismatches.append(Mismatch(problem: missing.message, help: missing.help))
        }
        for problem in observed.problems { mismatches.append(Mismatch(problem: problem)) }
    }

    private mutating func judgeEnd() {
        let why = observed.forward?.reason.map { " (\($0))" } ?? ""
        if let outcome = expect.outcome, outcome.value != observed.outcome {
            mismatches.append(
                Mismatch("outcome", expected: outcome.value, actual: observed.outcome + why, at: outcome.span))
        }
        if let exit = expect.exit, exit.value != observed.exit {
            mismatches.append(Mismatch("exit", expected: "\(exit.value)", actual: "\(observed.exit)", at: exit.span))
        }
        compare("forward.result", expect.forward?.result, observed.forward?.result.rawValue ?? "none yet")
        compare("forward.step", expect.forward?.step, observed.forward?.step ?? "none")
        if let reason = expect.forward?.reason, !(observed.forward?.reason ?? "").contains(reason.value) {
            mismatches.append(
                Mismatch(
                    "forward.reason", expected: "…\(reason.value)…", actual: observed.forward?.reason ?? "none",
                    at: reason.span))
        }
        compare("rollback", expect.rollback, observed.rollback.rawValue)
    }

    // MARK: Steps

    private mutating func judgeSteps() {
        if let order = expect.order {
            let diff = SequenceDiff(expected: order.steps.map(\.value), actual: observed.order)
            let fits = order.isExact ? order.steps.map(\.value) == observed.order : diff.hasAllExpected
            if !fits { add("order", order.steps, observed.order, diff, extra: order.isExact ? "+" : "·", order.span) }
        }
        if let undone = expect.undone, undone.value.map(\.value) != observed.undone {
            let diff = SequenceDiff(expected: undone.value.map(\.value), actual: observed.undone)
            add("undone", undone.value, observed.undone, diff, extra: "+", undone.span)
        }
        compareSets("skipped", expect.skipped, observed.skipped)
        compareSets("never_started", expect.neverStarted, observed.neverStarted)
        for (step, count) in expect.attempts {
            let actual = observed.records[step.value]?.tries ?? 0
            guard actual != count.value else { continue }
            mismatches.append(
                Mismatch("attempts.\(step.value)", expected: "\(count.value)", actual: "\(actual)", at: count.span))
        }
        for (step, state) in expect.states {
            let record = observed.records[step.value]
            let why = record?.reason.map { " (\($0))" } ?? ""
            let actual = record?.state.rawValue ?? "not there"
            guard actual != state.value else { continue }
            mismatches.append(
                Mismatch("states.\(step.value)", expected: state.value, actual: actual + why, at: state.span))
        }
    }

    private mutating func add(
        _ what: String, _ expected: [Located<String>], _ actual: [String], _ diff: SequenceDiff, extra: String,
        _ span: Span
    ) {
        mismatches.append(
            Mismatch(
                what, expected: Self.list(expected.map(\.value)), actual: Self.list(actual),
                lines: diff.text(extra: extra),
                at: span))
    }

    private mutating func compareSets(_ what: String, _ expected: Located<[Located<String>]>?, _ actual: [String]) {
        guard let expected else { return }
        let wanted = expected.value.map(\.value)
        guard Set(wanted) != Set(actual) else { return }
        let order = actual + wanted.filter { !actual.contains($0) }
        let diff = SequenceDiff(expected: order.filter(wanted.contains), actual: order.filter(actual.contains))
        add(what, expected.value, actual, diff, extra: "+", expected.span)
    }

    private static func list(_ items: [String]) -> String { "[\(items.joined(separator: ", "))]" }

    // MARK: Values

    private mutating func judgeOutputs() {
        for output in expect.outputs { compare("outputs", output, observed.outputs) }
        for (step, outputs) in expect.stepOutputs {
            var actual = ValueMap()
            if case .map(let map)? = observed.records[step.value]?.outputs?.value { actual = map }
            for output in outputs { compare("steps.\(step.value).outputs", output, actual) }
        }
    }

    private mutating func compare(
        _ what: String, _ expected: Located<(name: String, value: Value)>, _ outputs: ValueMap
    ) {
        let actual = outputs[expected.value.name]
        guard actual.map({ $0.celEquals(expected.value.value) }) != true else { return }
        // A version or a size in YAML may look like a number.
        if let actual, actual.asString != nil, actual.plainText == expected.value.value.plainText { return }
        mismatches.append(
            Mismatch(
                "\(what).\(expected.value.name)", expected: expected.value.value.json(),
                actual: actual?.json() ?? "absent", at: expected.span))
    }

    // MARK: People

    private mutating func judgeQuestions() {
        guard let questions = expect.questions else { return }
        for question in questions where !observed.questions.contains(where: { question.fits($0) }) {
            let asked = observed.questions.map { asked in
                "\(asked.step ?? "the run"): \(asked.why) [\(asked.choices.joined(separator: ", "))]"
            }
            mismatches.append(
                Mismatch(
                    "question", expected: question.words, actual: asked.isEmpty ? "nothing is asked" : "",
                    lines: asked.map { "+ \($0)" }, at: question.span))
        }
        if questions.isEmpty, let asked = observed.questions.first {
            mismatches.append(Mismatch("question", expected: "nothing is asked", actual: asked.why, at: expect.span))
        }
    }

    private mutating func judgeTexts() {
        if let notified = expect.notified {
            var rest = observed.notified[...]
            for text in notified.value {
                if let index = rest.firstIndex(where: { $0.contains(text.value) }) {
                    rest = rest[(index + 1)...]
                } else {
                    mismatches.append(
                        Mismatch(
                            "notified", expected: text.value, actual: observed.notified.isEmpty ? "no message" : "",
                            lines: observed.notified.map { "+ \($0)" }, at: text.span))
                }
            }
            if notified.value.isEmpty, let first = observed.notified.first {
                mismatches.append(Mismatch("notified", expected: "no message", actual: first, at: notified.span))
            }
        }
        let refusal = observed.outcome == "refused" ? observed.forward?.reason ?? "" : ""
        for text in expect.refused where !refusal.contains(text.value) {
            mismatches.append(
                Mismatch(
                    "refused", expected: "…\(text.value)…", actual: refusal.isEmpty ? "not refused" : refusal,
                    at: text.span))
        }
    }
}

extension TestExpectation.AskedQuestion {
    fileprivate func fits(_ asked: (step: String?, why: String, choices: [String])) -> Bool {
        (step == nil || step?.value == asked.step) && (why.map { asked.why.contains($0.value) } ?? true)
            && (choices.map { Set($0) == Set(asked.choices) } ?? true)
    }

    fileprivate var words: String {
        let place = step?.value ?? "any"
        let reason = why.map { ": …\($0.value)…" } ?? ""
        return place + reason + (choices.map { " [\($0.joined(separator: ", "))]" } ?? "")
    }
}
