import Expressions
import RunHost
import RunbookModel

/// An HTTP request answers as expected.
///
/// Whatever the server, or the way to it, did is an answer; inconclusive is only what was never asked.
struct HTTPCheck: CheckPerformer {
    let kind = "http"

    func title(_ argument: ArgumentReader) -> String {
        let codes = (try? argument.value("status"))??.asList?.map(\.plainText).joined(separator: " or ")
        let words = [argument.shown("method"), argument.shown("url"), codes.map { "status \($0)" }]
        return (["http"] + words.compactMap { $0 }).joined(separator: " ")
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let timeout = min(look.timeout, try look.argument.duration("within") ?? look.timeout)
        let exchange = try HTTPExchange(look.argument, look.context, timeout: timeout)
        switch look.context.http.send(exchange.request, look.context.cancellation) {
        case .success(let response):
            if let objection = exchange.objection(to: response) { return CheckFinding(.notMet, objection) }
            let elapsed = DurationText.render(response.elapsed)
            return CheckFinding(.met, "status \(response.status) after \(elapsed)")
        case .failure(.cancelled): return .interrupted
        case .failure(.timedOut):
            return CheckFinding(.notMet, "no answer within \(DurationText.render(timeout))")
        case .failure(let failure):
            return CheckFinding(failure.isAnAnswer ? .notMet : .inconclusive, failure.description)
        }
    }
}
