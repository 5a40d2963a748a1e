import Expressions
import RunHost
import RunbookModel

/// A request as the runbook states it, and what counts as a good answer; shared by checks, metrics and the action.
package struct HTTPExchange: Sendable {
    package var request: HTTPRequest
    /// Accepted status codes; nil accepts any 2xx.
    private let accepted: [Int]?
    private let expect: Expression?
    private let bindings: any Bindings

    /// Reads the request; secrets may stand in `headers`, `body` and `json`.
    package init(_ argument: ArgumentReader, _ context: CheckContext, timeout: Duration) throws {
        bindings = argument.bindings
        expect = argument.expression("expect")
        accepted = try argument.value("status")?.asList?.compactMap { $0.asInt.map(Int.init) }
        let body = try Self.body(argument)
        let method = try argument.text("method") ?? (body == nil ? "GET" : "POST")
        request = HTTPRequest(
            method: method, url: try argument.required("url"), headers: try Self.headers(argument), body: body,
            timeout: timeout, insecure: try argument.bool("insecure") ?? false,
            caFile: try argument.text("ca").map { text throws(ArgumentProblem) in try context.path(text) })
        let namesType = request.headers.contains { $0.name.lowercased() == "content-type" }
        if argument.has("json"), !namesType { request.headers.append(("Content-Type", "application/json")) }
    }

    /// Nil where the answer is as demanded, else why not. Headers and body are never quoted.
    package func objection(to response: HTTPResponse) -> String? {
        let isAccepted = accepted?.contains(response.status) ?? (200..<300 ~= response.status)
        guard isAccepted else {
            let wanted = accepted.map { $0.map(String.init).joined(separator: " or ") } ?? "2xx"
            return "status \(response.status), expected \(wanted)"
        }
        guard let expect else { return nil }
        do {
            let layered = LayeredBindings(ResultBindings.http(response), over: bindings)
            if try expect.evaluate(layered).asBool == true { return nil }
            return "status \(response.status), and '\(expect.source)' does not hold"
        } catch {
            // The answer is not of the expected form: that is a wrong answer.
            return "status \(response.status), and '\(expect.source)' has no value: \(error.message)"
        }
    }

    private static func body(_ argument: ArgumentReader) throws -> [UInt8]? {
        if let json = try argument.secretValue("json") { return Array(json.json().utf8) }
        return try argument.secretValue("body")?.asString.map { Array($0.utf8) }
    }

    private static func headers(_ argument: ArgumentReader) throws -> [(name: String, value: String)] {
        guard let map = try argument.secretValue("headers")?.asMap else { return [] }
        return map.map { ($0.key.plainText, $0.value.plainText) }
    }
}
