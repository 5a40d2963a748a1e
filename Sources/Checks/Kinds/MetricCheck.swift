import Expressions
import RunHost
import RunbookModel

/// A number inside its limits; without the number it is inconclusive.
struct MetricCheck: CheckPerformer {
    let kind = "metric"

    func title(_ argument: ArgumentReader) -> String {
        "metric \(argument.shown("value") ?? "") \(argument.comparisons(["warn", "fail"]))"
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let argument = look.argument
        guard let expression = argument.expression("value") else { throw ArgumentProblem("'value' is missing") }
        let source = try read(look)
        let value = try expression.evaluate(LayeredBindings(source, over: argument.bindings))
        guard let number = Self.number(value) else {
            throw ArgumentProblem("'\(expression.source)' gives \(value.kindForPeople), not a number")
        }
        let quantity = Quantity(value: number, unit: .none)
        let answer = try QuantityJudge.judge(
            quantity, warn: argument.text("warn"), fail: argument.text("fail"))
        let unit = try argument.text("unit")
        return CheckFinding(answer, quantity.text + (unit.map { " " + $0 } ?? ""), value: .double(number), unit: unit)
    }

    /// What `value` sees of the source.
    private func read(_ look: CheckLook) throws -> [String: Value] {
        for kind in ["run", "command"] {
            if let argument = look.argument.record(kind) { return try process(kind, argument, look) }
        }
        if let argument = look.argument.record("http") { return try http(argument, look) }
        guard let argument = look.argument.record("sqlite") else {
            throw ArgumentProblem("one of run, command, http or sqlite is needed")
        }
        do {
            let rows = try SQLiteCheck.open(argument, look).query(try argument.required("query"))
            return ["value": rows.first ?? .null, "rows": .list(rows.rows)]
        } catch let failure as ReadOnlyDatabase.Failure {
            throw ArgumentProblem(failure.text)
        }
    }

    private func process(_ kind: String, _ argument: ArgumentReader, _ look: CheckLook) throws -> [String: Value] {
        let result = try ProcessRunner(look).run(kind, argument)
        guard result.end == .exited(0) else { throw ArgumentProblem(result.detail) }
        var bindings = ResultBindings.process(
            exit: 0, signal: nil, stdout: result.stdout, stderr: result.stderr, elapsed: result.elapsed)
        bindings["value"] = bindings["stdout"].flatMap { text in Self.number(text).map { .double($0) } ?? text }
        return bindings
    }

    private func http(_ argument: ArgumentReader, _ look: CheckLook) throws -> [String: Value] {
        let exchange = try HTTPExchange(argument, look.context, timeout: look.timeout)
        switch look.context.http.send(exchange.request, look.context.cancellation) {
        case .failure(let failure): throw ArgumentProblem(failure.description)
        case .success(let response):
            if let objection = exchange.objection(to: response) { throw ArgumentProblem(objection) }
            var bindings = ResultBindings.http(response)
            bindings["value"] = bindings["body"]
            return bindings
        }
    }

    /// A number, also where it is still text, as programs print it.
    private static func number(_ value: Value) -> Double? {
        if let number = value.asDouble { return number.isFinite ? number : nil }
        if let span = value.asDuration { return Double(span.seconds) + Double(span.nanoseconds) / 1e9 }
        guard let text = value.asString else { return nil }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let number = Double(words[0]), number.isFinite else { return nil }
        return number
    }
}

extension ReadOnlyDatabase.Failure {
    /// For people.
    var text: String {
        switch self {
        case .missing: "the database is not there"
        case .damaged(let text), .other(let text): text
        }
    }
}
