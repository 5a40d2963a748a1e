import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel
import Synchronization
import Testing

@Suite struct NetworkCheckTests {
    private let around = Surroundings()

    private func context(
        _ variables: [String: Value] = [:],
        _ answer: @escaping @Sendable (HTTPRequest) -> Result<HTTPResponse, HTTPFailure>
    ) -> CheckContext {
        var context = around.checks(variables)
        context.http = HTTPClient { request, _ in answer(request) }
        return context
    }

    @Test(arguments: [
        (HTTPFailure.refused("no"), CheckAnswer.notMet), (.reset("gone"), .notMet), (.timedOut, .notMet),
        (.tls("expired"), .notMet), (.unreachable("no route"), .notMet), (.tooManyRedirects, .notMet),
        (.bodyTooLarge(limit: 1), .notMet), (.notResolved("web9"), .inconclusive),
        (.couldNotAsk("too many open files"), .inconclusive), (.cancelled, .inconclusive),
    ])
    func whatWasNeverAskedIsInconclusive(_ failure: HTTPFailure, _ answer: CheckAnswer) {
        let result = around.look("http", ["url": "http://x/"], in: context { _ in .failure(failure) })
        #expect(result.answer == answer)
    }

    struct Answer: Sendable {
        let status: Int
        let body: String
        let demands: Value
        let answer: CheckAnswer

        init(_ status: Int, _ body: String, _ demands: Value, _ answer: CheckAnswer) {
            self.status = status
            self.body = body
            self.demands = demands
            self.answer = answer
        }
    }

    @Test(arguments: [
        Answer(200, "", [:], .met), Answer(204, "", [:], .met), Answer(302, "", [:], .notMet),
        Answer(503, "", [:], .notMet), Answer(503, "", ["status": 503], .met),
        Answer(404, "", ["status": [200, 404]], .met), Answer(201, "", ["status": 200], .notMet),
        Answer(
            200, #"{"version": "1.2.0", "n": 3}"#, ["expect": "body.version == inputs.version && body.n == 3"], .met),
        Answer(200, #"{"version": "1.1.0"}"#, ["expect": "body.version == inputs.version"], .notMet),
        Answer(200, "<html>", ["expect": "body.version == inputs.version"], .notMet),
        Answer(200, "all fine", ["expect": "body.contains('fine')"], .met),
        Answer(200, "\u{0}\u{1}", ["expect": "status == 200"], .met),
    ])
    func anAnswerIsJudgedByStatusAndBody(_ story: Answer) {
        var demands = story.demands.asMap ?? [:]
        demands["url"] = "http://x/health"
        let result = around.look(
            "http", .map(demands),
            in: context(["inputs": ["version": "1.2.0"]]) { _ in
                .success(HTTPResponse(status: story.status, body: Array(story.body.utf8)))
            })
        #expect(result.answer == story.answer, "\(result.detail)")
    }

    @Test func theRequestIsAsWritten() throws {
        let sent = Mutex<HTTPRequest?>(nil)
        var context = context(["inputs": ["id": 7]]) { request in
            sent.withLock { $0 = request }
            return .success(HTTPResponse(status: 200))
        }
        context.secretBindings = DictionaryBindings(["secrets": ["token": "s3cret"], "inputs": ["id": 7]])
        let result = around.look(
            "http",
            [
                "url": "http://x/items/${{ inputs.id }}", "headers": ["Authorization": "Bearer ${{ secrets.token }}"],
                "json": ["id": "${{ inputs.id }}"], "within": "500ms",
            ], in: context)
        #expect(result.answer == .met)
        #expect(result.title == "http http://x/items/7")
        let request = try #require(sent.withLock { $0 })
        #expect(request.method == "POST")
        #expect(request.url == "http://x/items/7")
        #expect(
            request.headers.map { "\($0.name): \($0.value)" }
                == ["Authorization: Bearer s3cret", "Content-Type: application/json"])
        #expect(request.body == Array(#"{"id":7}"#.utf8))
        #expect(request.timeout == .milliseconds(500))
    }

    @Test func aTitleSaysWhatIsAsked() {
        let context = context { _ in .failure(.timedOut) }
        let demands: Value = ["url": "http://x/health", "status": [200, 204], "method": "HEAD"]
        #expect(around.look("http", demands, in: context).title == "http HEAD http://x/health status 200 or 204")
        #expect(around.look("command", ["test", "-e", "a b"], in: context).title == "command test -e a b")
        #expect(around.look("tcp", ["port": 1]).title == "tcp localhost:1")
    }

    @Test func secretsStandOnlyInHeadersAndBodies() {
        var context = context { _ in .success(HTTPResponse(status: 200)) }
        context.secretBindings = DictionaryBindings(["secrets": ["token": "s3cret"]])
        #expect(around.look("http", ["url": "http://x/${{ secrets.token }}"], in: context).answer == .inconclusive)
    }

    @Test func aPortAcceptsConnectionsOrNot() throws {
        let listener = try Listener()
        let port = Value.int(Int64(listener.port))
        #expect(around.look("tcp", ["host": "127.0.0.1", "port": port]).answer == .met)
        listener.stop()
        let refused = around.look("tcp", ["host": "127.0.0.1", "port": port])
        #expect(refused.answer == .notMet)
        #expect(refused.detail == "connection refused")
        #expect(around.look("tcp", ["host": "no-such-host.invalid", "port": 80]).answer == .inconclusive)
    }
}

/// A socket that listens on the loopback.
final class Listener {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(listen(descriptor, 4) == 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let named = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        try #require(named == 0)
        port = UInt16(bigEndian: address.sin_port)
    }

    func stop() { close(descriptor) }
}
