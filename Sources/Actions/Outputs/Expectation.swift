import Checks
import Expressions
import RunbookModel

/// Judges a result by the step's `expect:`.
package enum Expectation {
    /// Nil where the result is as expected, else why not.
    package static func judge(
        _ expect: Expression?, result: [String: Value], _ bindings: any Bindings
    ) -> ActionResult.Outcome? {
        guard let expect else { return nil }
        do {
            let value = try expect.evaluate(LayeredBindings(result, over: bindings))
            if value.asBool == true { return nil }
            return .failed(reason: "'\(expect.source)' does not hold", cause: .expectation)
        } catch {
            return .failed(reason: "'\(expect.source)' has no value: \(error.message)", cause: .expectation)
        }
    }

    /// Of a process: exit 0, unless `expect` itself speaks of `exit` or `signal`; then it decides alone.
    package static func judgeProcess(
        _ expect: Expression?, result: [String: Value], _ bindings: any Bindings
    ) -> ActionResult.Outcome? {
        let decidesAlone = expect?.references.contains { ["exit", "signal"].contains($0.path.first) } ?? false
        if !decidesAlone, let exit = result["exit"]?.asInt, exit != 0 {
            let signal = result["signal"]?.asInt
            return .failed(reason: signal.map { "ended by signal \($0)" } ?? "exit \(exit)", cause: .error)
        }
        return judge(expect, result: result, bindings)
    }
}
