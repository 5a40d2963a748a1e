import Glibc
import RunHost
import Testing

@Suite struct HTTPClientTests {
    private func send(_ request: HTTPRequest) -> Result<HTTPResponse, HTTPFailure> {
        HTTPClient.live.send(request, Cancellation())
    }

    private func failure(_ request: HTTPRequest) -> HTTPFailure? {
        guard case .failure(let failure) = send(request) else { return nil }
        return failure
    }

    @Test func anAnswerCarriesStatusHeadersAndBody() throws {
        let server = try TinyServer { _ in
            .text("HTTP/1.1 503 Busy\r\nX-One:  a \r\nx-one: b\r\nEmpty:\r\nContent-Length: 4\r\n\r\nbusy")
        }
        defer { server.stop() }
        let response = try send(HTTPRequest(url: server.url())).get()
        #expect(response.status == 503)
        #expect(response.headers == ["x-one": "a, b", "empty": "", "content-length": "4"])
        #expect(response.body == Array("busy".utf8))
        #expect(response.elapsed > .zero)
    }

    @Test func methodHeadersAndBodyArriveAsGiven() throws {
        let server = try TinyServer { _ in .text("HTTP/1.1 204 No Content\r\n\r\n") }
        defer { server.stop() }
        let headers = [(name: "Content-Type", value: "application/json"), (name: "X-Empty", value: "")]
        for method in ["POST", "PUT", "DELETE"] {
            let request = HTTPRequest(
                method: method, url: server.url("/x?y=1"), headers: headers, body: Array(#"{"a":"\u0000é"}"#.utf8))
            #expect(try send(request).get().status == 204)
        }
        for (method, asked) in zip(["POST", "PUT", "DELETE"], server.asked) {
            #expect(asked.hasPrefix("\(method) /x?y=1 HTTP/1.1\r\n"))
            #expect(asked.contains("\r\nContent-Type: application/json\r\n"))
            #expect(asked.contains("\r\nX-Empty:\r\n"))
            #expect(!asked.contains("Expect:"))
            #expect(asked.hasSuffix("\r\n\r\n" + #"{"a":"\u0000é"}"#))
        }
    }

    @Test func aPostWithoutABodySendsLengthZero() throws {
        let server = try TinyServer { _ in .text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") }
        defer { server.stop() }
        #expect(try send(HTTPRequest(method: "POST", url: server.url())).get().body.isEmpty)
        #expect(server.asked[0].contains("\r\nContent-Length: 0\r\n"))
        #expect(!server.asked[0].contains("Content-Type"))
    }

    @Test func headWaitsForNoBody() throws {
        let server = try TinyServer { _ in .text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n") }
        defer { server.stop() }
        #expect(try send(HTTPRequest(method: "HEAD", url: server.url())).get().status == 200)
    }

    @Test func aRedirectIsAnAnswerUnlessItIsToBeFollowed() throws {
        let server = try TinyServer { request in
            request.hasPrefix("GET /old ")
                ? .text("HTTP/1.1 302 Found\r\nX-Old: 1\r\nLocation: /new\r\nContent-Length: 3\r\n\r\nold")
                : .text("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew")
        }
        defer { server.stop() }
        #expect(try send(HTTPRequest(url: server.url("/old"))).get().status == 302)
        let followed = try send(HTTPRequest(url: server.url("/old"), followRedirects: true)).get()
        #expect(followed.status == 200)
        #expect(followed.body == Array("new".utf8))
        #expect(followed.headers["x-old"] == nil)
    }

    @Test(arguments: ["file:///etc/passwd", "gopher://127.0.0.1/x"])
    func aRedirectLeavesHTTPNever(target: String) throws {
        let server = try TinyServer { _ in
            .text("HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n")
        }
        defer { server.stop() }
        guard case .other = failure(HTTPRequest(url: server.url(), followRedirects: true)) else {
            Issue.record("the redirect was followed")
            return
        }
    }

    @Test func redirectsEndAtTheTenth() throws {
        let server = try TinyServer { _ in
            .text("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        defer { server.stop() }
        #expect(failure(HTTPRequest(url: server.url(), followRedirects: true)) == .tooManyRedirects)
        #expect(server.asked.count == 11)
    }

    @Test func aBodyBeyondItsBoundEndsTheRequest() throws {
        let server = try TinyServer { _ in .text("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde") }
        defer { server.stop() }
        #expect(failure(HTTPRequest(url: server.url(), maxBody: 4)) == .bodyTooLarge(limit: 4))
        #expect(try send(HTTPRequest(url: server.url(), maxBody: 5)).get().body.count == 5)
    }

    @Test func aSavedBodyIsInItsFileAndNotInMemory() throws {
        let server = try TinyServer { _ in .text("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde") }
        defer { server.stop() }
        var template = Array("/tmp/http-client-XXXXXX".utf8CString)
        let directory = String(cString: try #require(mkdtemp(&template)))
        let path = "\(directory)/body"
        defer {
            unlink(path)
            rmdir(directory)
        }
        #expect(try send(HTTPRequest(url: server.url(), saveTo: path, maxBody: nil)).get().body.isEmpty)
        let file = try #require(fopen(path, "re"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(Array(bytes[..<fread(&bytes, 1, 16, file)]) == Array("abcde".utf8))
    }

    @Test func aFileThatCannotBeWrittenIsNamed() throws {
        let server = try TinyServer { _ in .text("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde") }
        defer { server.stop() }
        #expect(
            failure(HTTPRequest(url: server.url(), saveTo: "/nowhere/x"))
                == .notSaved("/nowhere/x: No such file or directory"))
        #expect(failure(HTTPRequest(url: server.url(), saveTo: "/dev/full")) == .notSaved("No space left on device"))
    }

    @Test func silenceEndsAtTheTimeout() throws {
        let server = try TinyServer { _ in .silence }
        defer { server.stop() }
        let start = ContinuousClock.now
        #expect(failure(HTTPRequest(url: server.url(), timeout: .milliseconds(100))) == .timedOut)
        #expect(start.duration(to: .now) < .seconds(10))
    }

    @Test func aCancelledRequestEndsLongBeforeItsTimeout() throws {
        let cancellation = Cancellation()
        let server = try TinyServer { _ in
            cancellation.cancel()
            return .silence
        }
        defer { server.stop() }
        let start = ContinuousClock.now
        let request = HTTPRequest(url: server.url(), timeout: .seconds(600))
        guard case .failure(.cancelled) = HTTPClient.live.send(request, cancellation) else {
            Issue.record("the request was not cancelled")
            return
        }
        #expect(start.duration(to: .now) < .seconds(60))
        guard case .failure(.cancelled) = HTTPClient.live.send(request, cancellation) else {
            Issue.record("a request was made after it was cancelled")
            return
        }
        #expect(server.asked.count == 1)
    }

    @Test func aClosedPortIsRefused() throws {
        let server = try TinyServer { _ in .silence }
        // Bound and not listening: nobody else can take the port meanwhile.
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        server.stop()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) + getsockname(descriptor, address, &length)
            }
        }
        try #require(port == 0)
        let url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/"
        guard case .refused = failure(HTTPRequest(url: url)) else {
            Issue.record("the connection was not refused")
            return
        }
    }

    @Test func aDroppedConnectionIsReset() throws {
        let server = try TinyServer { _ in .reset }
        defer { server.stop() }
        guard case .reset = failure(HTTPRequest(url: server.url())) else {
            Issue.record("the connection was not reset")
            return
        }
    }

    @Test func anAnswerThatStopsShortIsReset() throws {
        let server = try TinyServer { _ in .text("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc") }
        defer { server.stop() }
        guard case .reset = failure(HTTPRequest(url: server.url())) else {
            Issue.record("half a body was taken for a whole one")
            return
        }
    }

    @Test func aServerWithoutTLSFailsTLS() throws {
        let server = try TinyServer { _ in .text("HTTP/1.1 400 Bad Request\r\n\r\n\r\n\r\n") }
        defer { server.stop() }
        guard case .tls = failure(HTTPRequest(url: "https://127.0.0.1:\(server.port)/")) else {
            Issue.record("an answer without TLS was taken")
            return
        }
    }

    @Test func aNameWithoutAnAddressIsNotResolved() {
        // RFC 6761: names in .invalid never resolve.
        guard case .notResolved = failure(HTTPRequest(url: "http://belay.invalid/", timeout: .seconds(10))) else {
            Issue.record("the name was resolved")
            return
        }
    }

    @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "http://", "not a url", "http://a\u{0}b/"])
    func anAddressThatIsNotHTTPIsNeverAsked(url: String) {
        guard case .couldNotAsk = failure(HTTPRequest(url: url)) else {
            Issue.record("\(url) was asked")
            return
        }
    }

    @Test(arguments: [("A", "b\r\nC: d"), ("A\nB", "c"), ("A:", "b"), ("", "b"), ("A", "\u{0}")])
    func aHeaderThatIsNoLineIsNeverSentNorShown(name: String, value: String) throws {
        let server = try TinyServer { _ in .text("HTTP/1.1 200 OK\r\n\r\n") }
        defer { server.stop() }
        let failure = failure(HTTPRequest(url: server.url(), headers: [(name: name, value: value)]))
        guard case .couldNotAsk(let text) = failure else {
            Issue.record("the header was sent")
            return
        }
        #expect(!text.contains("C: d"))
        #expect(server.asked.isEmpty)
    }

    @Test func withoutDescriptorsNothingIsAsked() async {
        await #expect(processExitsWith: .success) {
            // Loads libcurl, which needs descriptors itself.
            _ = HTTPClient.live.send(HTTPRequest(url: "http://127.0.0.1:1/"), Cancellation())
            var limit = rlimit(rlim_cur: 3, rlim_max: 3)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let result = HTTPClient.live.send(HTTPRequest(url: "http://127.0.0.1:1/"), Cancellation())
            guard case .failure(.couldNotAsk) = result else {
                print(result)
                exit(1)
            }
            exit(0)
        }
    }

    @Test func manyThreadsAskAtOnce() async throws {
        let server = try TinyServer { request in
            let path = request.split(separator: " ")[1]
            return .text("HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)")
        }
        defer { server.stop() }
        await withTaskGroup { group in
            for number in 0..<16 {
                group.addTask {
                    let result = HTTPClient.live.send(HTTPRequest(url: server.url("/\(number)")), Cancellation())
                    return (try? result.get().body) == Array("/\(number)".utf8)
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
