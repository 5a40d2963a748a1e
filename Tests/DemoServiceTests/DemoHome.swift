import Glibc
import Testing

/// A home of the service in a directory of its own; ends with the test, and takes its service along.
final class DemoHome: Sendable {
    let scratch: String
    var path: String { "\(scratch)/home" }

    init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/demo-service-XXXXXX".utf8CString)
        scratch = String(cString: try #require(mkdtemp(&template)))
        try #require(run("init", "--home", path, "--version", "1.0.0", "--port", "0").code == 0)
    }

    deinit {
        run("stop", "--home", path, "--grace", "1s")
        ChildProcess.run(["rm", "-rf", scratch], output: "/dev/null")
    }

    /// The value of a setting in `config.yml`.
    func setting(_ name: String) throws -> String {
        let lines = try contents("config.yml").split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix("\(name):") })
        return line.dropFirst(name.count + 1).filter { $0 != " " && $0 != "\"" }
    }

    func contents(_ name: String) throws -> String {
        let file = try #require(fopen("\(path)/\(name)", "re"))
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        return String(decoding: buffer[..<fread(&buffer, 1, buffer.count, file)], as: UTF8.self)
    }

    func replace(_ name: String, with text: String) throws {
        let file = try #require(fopen("\(path)/\(name)", "we"))
        defer { fclose(file) }
        #expect(fputs(text, file) >= 0)
    }

    func hasFile(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }

    var pid: pid_t {
        get throws {
            let text = try contents("run/demo.pid").filter { $0 != "\n" }
            return try #require(pid_t(text))
        }
    }

    @discardableResult
    func run(_ arguments: String..., descriptors: [Int32: String] = [:]) -> ChildProcess.Result {
        ChildProcess.run(
            [ChildProcess.service] + arguments, output: "\(scratch)/output.\(UInt64.random(in: 0 ... .max))",
            descriptors: descriptors)
    }

    @discardableResult
    func command(_ name: String, _ arguments: String...) -> ChildProcess.Result {
        ChildProcess.run(
            [ChildProcess.service, name, "--home", path] + arguments,
            output: "\(scratch)/output.\(UInt64.random(in: 0 ... .max))")
    }

    /// Makes a release, and switches configuration, `current` and (with `migrate`) the database to it.
    func switchTo(_ version: String, behaviour: String, migrate: Bool = true, options: [String] = []) throws {
        let made = ChildProcess.run(
            [
                ChildProcess.service, "make-release", "--to", "\(path)/releases", "--version", version, "--behaviour",
                behaviour,
            ] + options, output: "\(scratch)/make")
        try #require(made.code == 0, "\(made.output)")
        unlink("\(path)/current")
        try #require(symlink("releases/\(version)", "\(path)/current") == 0)
        try setConfigurationVersion(version)
        if migrate { try #require(command("migrate", "--to", version).code == 0) }
    }

    func setConfigurationVersion(_ version: String) throws {
        let lines = try contents("config.yml").split(separator: "\n")
        let changed = lines.map { $0.hasPrefix("version:") ? "version: \"\(version)\"" : $0 }
        try replace("config.yml", with: changed.joined(separator: "\n") + "\n")
    }

    func get(_ path: String) throws -> HTTPAnswer {
        try HTTPAnswer.ask("GET \(path) HTTP/1.0\r\n\r\n", port: try port())
    }

    func post(_ path: String, _ body: String) throws -> HTTPAnswer {
        let head = "POST \(path) HTTP/1.0\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        return try HTTPAnswer.ask(head + body, port: try port())
    }

    func port() throws -> UInt16 { try #require(UInt16(try setting("port"))) }
}

/// Waits until the condition holds and says whether it did within ten seconds.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if try condition() { return true }
        poll(nil, 0, 5)
    }
    return false
}
