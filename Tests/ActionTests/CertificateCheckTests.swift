import Checks
import Expressions
import FoundationEssentials
import Glibc
import RunHost
import Testing

@Suite struct CertificateCheckTests {
    private let around = Surroundings()

    private func look(_ demands: ValueMap) -> CheckResult { around.look("certificate", .map(demands)) }

    private func file(_ text: String, _ days: Value = ">= 30", validFor: String? = nil) -> CheckResult {
        around.write("cert.pem", text)
        var demands: [(String, Value)] = [("path", "cert.pem"), ("days_left", days)]
        if let validFor { demands.append(("valid_for", .string(validFor))) }
        return look(ValueMap(demands))
    }

    @Test func aCertificateThatLastsLongEnoughIsMet() throws {
        let result = file(TestCertificates.valid)
        #expect(result.answer == .met)
        #expect(result.detail.hasSuffix(": CN=web.example"))
        #expect(try #require(result.value?.asDouble) > 30_000)
        #expect(file(TestCertificates.valid, ">= 100000").answer == .notMet)
        #expect(file(TestCertificates.valid, ["warn": "< 100000", "fail": "< 7"]).answer == .warn)
    }

    @Test func anExpiredOneIsNotMetWhateverIsDemanded() {
        let result = file(TestCertificates.expired, ">= -100000")
        #expect(result.answer == .notMet)
        #expect(result.detail.hasPrefix("expired ") && result.detail.hasSuffix(": CN=expired.example"))
    }

    @Test func oneThatIsNotValidYetIsNotMet() {
        #expect(file(TestCertificates.future).detail == "not valid yet: CN=future.example")
    }

    @Test func theFirstOfAChainToExpireDecides() {
        let chain = TestCertificates.key + "\n" + TestCertificates.valid + "\n" + TestCertificates.expired
        #expect(file(chain).detail.hasSuffix(": CN=expired.example"))
    }

    @Test(arguments: [
        ("web.example", CheckAnswer.met), ("a.shop.example", .met), ("127.0.0.1", .met), ("shop.example", .notMet),
        ("127.0.0.2", .notMet), ("a.b.shop.example", .notMet),
    ])
    func theNameMustFitWhereOneIsDemanded(name: String, answer: CheckAnswer) {
        #expect(file(TestCertificates.valid, validFor: name).answer == answer)
    }

    @Test func derIsReadToo() throws {
        let base64 = TestCertificates.valid.split(separator: "\n").dropFirst().dropLast().joined()
        around.write("cert.der", Array(try #require(Data(base64Encoded: base64))))
        #expect(look(["path": "cert.der", "days_left": ">= 1"]).answer == .met)
    }

    @Test func aFileWithoutACertificateIsNotMet() {
        #expect(file("hello").detail == "there is no certificate in it")
        #expect(file("").answer == .notMet)
        #expect(file(String(TestCertificates.valid.prefix(300))).answer == .notMet)
        #expect(look(["path": "nowhere.pem", "days_left": ">= 1"]).detail == "it is not there")
        #expect(look(["path": "/", "days_left": ">= 1"]).answer == .inconclusive)
        #expect(look(["path": "a", "host": "b", "days_left": ">= 1"]).answer == .inconclusive)
    }

    @Test func aServerIsAskedByItsName() throws {
        let server = try TLSServer(around)
        defer { server.stop() }
        let url = Value.string("https://127.0.0.1:\(server.port)/path")
        let byURL = look(["url": url, "valid_for": "127.0.0.1", "days_left": ">= 30"])
        #expect(byURL.answer == .met, "\(byURL.detail)")
        #expect(byURL.detail.hasSuffix("CN=web.example"))
        let byName = look([
            "host": "127.0.0.1", "port": .int(Int64(server.port)), "server_name": "old.example", "days_left": ">= 30",
        ])
        #expect(byName.detail.hasSuffix("CN=expired.example"), "\(byName.detail)")
    }

    @Test func whoRefusesSaysNoAndWhoCannotBeFoundSaysNothing() throws {
        let listener = try Listener()
        listener.stop()
        let refused = look(["host": "127.0.0.1", "port": .int(Int64(listener.port)), "days_left": ">= 1"])
        #expect(refused.answer == .notMet)
        #expect(refused.detail == "connection refused")
        #expect(look(["host": "no.such.host.invalid", "days_left": ">= 1"]).answer == .inconclusive)
        #expect(look(["url": "http://localhost", "days_left": ">= 1"]).answer == .inconclusive)
    }
}

/// `openssl s_server` with one certificate, and another for the name old.example.
private struct TLSServer {
    let port: Int
    private let pid: pid_t

    init(_ around: Surroundings) throws {
        guard access("/usr/bin/openssl", X_OK) == 0 else { try Test.cancel("needs the program openssl") }
        around.write("key.pem", TestCertificates.key)
        around.write("valid.pem", TestCertificates.valid)
        around.write("expired.pem", TestCertificates.expired)
        let words = [
            "/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", around.path("valid.pem"), "-key",
            around.path("key.pem"), "-servername", "old.example", "-cert2", around.path("expired.pem"), "-key2",
            around.path("key.pem"),
        ]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/zero", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, around.path("out"), O_WRONLY | O_CREAT, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var arguments = words.map { strdup($0) } + [nil]
        defer { for word in arguments { free(word) } }
        var pid: pid_t = 0
        try #require(posix_spawn(&pid, words[0], &actions, nil, &arguments, environ) == 0)
        self.pid = pid
        let end = ContinuousClock.now + .seconds(30)
        while true {
            let line = around.read("out")?.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }
            if let port = line?.split(separator: ":").last.flatMap({ Int($0) }) {
                self.port = port
                return
            }
            guard ContinuousClock.now < end else {
                kill(pid, SIGKILL)
                waitpid(pid, nil, 0)
                throw ServerDoesNotStart()
            }
            poll(nil, 0, 2)
        }
    }

    func stop() {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    struct ServerDoesNotStart: Error {}
}
