import Glibc
import RunHost
import Testing

/// Against `openssl s_server`, with a certificate made for the test.
@Suite(.enabled(if: access("/usr/bin/openssl", X_OK) == 0, "needs /usr/bin/openssl"))
struct HTTPClientTLSTests {
    @Test func aCertificateIsTrustedOnlyWhereTheRequestSaysSo() throws {
        var template = Array("/tmp/http-client-XXXXXX".utf8CString)
        let directory = String(cString: try #require(mkdtemp(&template)))
        defer { finish(start(["/bin/rm", "-rf", directory], output: "/dev/null")) }
        let (key, certificate) = ("\(directory)/key", "\(directory)/certificate")
        finish(
            start(
                [
                    "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=belay test", "-addext",
                    "subjectAltName=IP:127.0.0.1",
                ], output: "\(directory)/log"))
        let server = start(
            ["/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-key", key, "-cert", certificate],
            output: "\(directory)/output")
        defer {
            kill(server, SIGKILL)
            finish(server)
        }
        let url = "https://127.0.0.1:\(try port(in: "\(directory)/output"))/"

        guard case .failure(.tls) = send(HTTPRequest(url: url)) else {
            Issue.record("a certificate that nobody vouches for was trusted")
            return
        }
        #expect(try send(HTTPRequest(url: url, insecure: true)).get().status == 200)
        #expect(try send(HTTPRequest(url: url, caFile: certificate)).get().status == 200)
        guard case .failure(.couldNotAsk) = send(HTTPRequest(url: url, caFile: "\(directory)/none")) else {
            Issue.record("a missing file of authorities was not noticed")
            return
        }
    }

    private func send(_ request: HTTPRequest) -> Result<HTTPResponse, HTTPFailure> {
        HTTPClient.live.send(request, Cancellation())
    }

    private func start(_ arguments: [String], output: String) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var pid: pid_t = 0
        return posix_spawn(&pid, arguments[0], &actions, nil, &pointers, environ) == 0 ? pid : -1
    }

    private func finish(_ pid: pid_t) {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    }

    /// The port that the server chose; it says so once it listens.
    private func port(in output: String) throws -> UInt16 {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            if let file = fopen(output, "re") {
                defer { fclose(file) }
                var bytes = [UInt8](repeating: 0, count: 4096)
                let text = String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
                let line = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT") && text.contains("\n") }
                if let port = line?.split(separator: ":").last.flatMap({ UInt16($0) }) { return port }
            }
            poll(nil, 0, 5)
        }
        throw HTTPFailure.other("the server did not say its port")
    }
}
